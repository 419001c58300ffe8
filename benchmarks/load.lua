-- wrk's script: every request carries new answer sheets with ids of this moment, spread over a roster.
-- Arguments after `--`: roster, path, seed, sheets per request (1: a rating; more: a batch of an app's).
-- A line of the roster: key, office, service, employee, channel; `-` leaves a field out.
local thread_number = 0

function setup(thread)
  thread:set("number", thread_number)
  thread_number = thread_number + 1
end

local function field(name, value)
  return value == "-" and "" or string.format('"%s":"%s",', name, value)
end

function init(args)
  path, sheets = args[2], tonumber(args[4])
  math.randomseed(tonumber(args[3]) * 1009 + number)
  lines = {}
  for line in io.lines(args[1]) do
    local key, office, service, employee, channel = line:match("(%S+) (%S+) (%S+) (%S+) (%S+)")
    -- Batches are an app's, which sends for every office.
    if sheets == 1 or office ~= "-" then
      lines[#lines + 1] = {
        headers = { ["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. key },
        place = field("office", office) .. field("service", service) .. field("employee", employee)
          .. field("channel", channel),
      }
    end
  end
end

local function sheet(line)
  local ms = string.format("%012x", os.time() * 1000)
  local id = string.format("%s-%s-7%03x-%04x-%06x%06x", ms:sub(1, 8), ms:sub(9, 12), math.random(0, 0xfff),
    0x8000 + math.random(0, 0x3fff), math.random(0, 0xffffff), math.random(0, 0xffffff))
  return string.format(
    '{"id":"%s",%s"instrument":"ikl-1","scores":{"speed":%d,"transparency":%d,"friendliness":%d}}',
    id, line.place, math.random(2, 4), math.random(2, 4), math.random(2, 4))
end

function request()
  local line = lines[math.random(#lines)]
  if sheets == 1 then return wrk.format("POST", path, line.headers, sheet(line)) end
  local all = {}
  for index = 1, sheets do all[index] = sheet(lines[math.random(#lines)]) end
  return wrk.format("POST", path, line.headers, '{"ratings":[' .. table.concat(all, ",") .. "]}")
end

function done(summary, latency, requests)
  io.write(string.format("RESULT %d %d %d %d %d\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), summary.errors.status))
end
