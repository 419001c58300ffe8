-- wrk's script: every request carries new answer sheets with ids of this moment.
-- Arguments after `--`: key, path, seed, sheets per request (1: a rating; more: a batch).
local thread_number = 0

function setup(thread)
  thread:set("number", thread_number)
  thread_number = thread_number + 1
end

function init(args)
  key, path, sheets = args[1], args[2], tonumber(args[4])
  math.randomseed(tonumber(args[3]) * 1009 + number)
  headers = { ["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. key }
end

local function sheet()
  local ms = string.format("%012x", os.time() * 1000)
  local id = string.format("%s-%s-7%03x-%04x-%06x%06x", ms:sub(1, 8), ms:sub(9, 12), math.random(0, 0xfff),
    0x8000 + math.random(0, 0x3fff), math.random(0, 0xffffff), math.random(0, 0xffffff))
  return string.format(
    '{"id":"%s","office":"dukcapil","service":"ktp-el","employee":"E001","channel":"mobile","instrument":"ikl-1",'
      .. '"scores":{"speed":%d,"transparency":%d,"friendliness":%d}}',
    id, math.random(2, 4), math.random(2, 4), math.random(2, 4))
end

function request()
  local body
  if sheets == 1 then
    body = sheet()
  else
    local all = {}
    for index = 1, sheets do all[index] = sheet() end
    body = '{"ratings":[' .. table.concat(all, ",") .. "]}"
  end
  return wrk.format("POST", path, headers, body)
end

function done(summary, latency, requests)
  io.write(string.format("RESULT %d %d %d %d %d\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), summary.errors.status))
end
