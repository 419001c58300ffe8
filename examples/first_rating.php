<?php
// A first program: sends one rating, safely, and reads the agency's figures. PHP 8, no extension and no package.
//
//     export BASE=http://127.0.0.1:8000 APP_KEY=crm_app_… READER_KEY=crm_reader_…
//     php first_rating.php disdukcapil ktp-el
declare(strict_types=1);

const TRIES = 5;

/** An id that tells when the citizen rated; made once for a rating, and sent with it every time. */
function uuid7(): string
{
    $bytes = substr(pack('J', (int) (microtime(true) * 1000)), 2) . random_bytes(10);
    $bytes[6] = chr(0x70 | (ord($bytes[6]) & 0x0f));
    $bytes[8] = chr(0x80 | (ord($bytes[8]) & 0x3f));
    return vsprintf('%s%s-%s-%s-%s-%s%s%s', str_split(bin2hex($bytes), 4));
}

/** Status, JSON and the seconds to wait before another try; status 0 where there was no answer. */
function ask(string $method, string $path, string $key, ?array $body = null): array
{
    $context = stream_context_create(['http' => [
        'method' => $method,
        'header' => ["Authorization: Bearer $key", 'Content-Type: application/json', 'Accept-Language: en'],
        'content' => $body === null ? '' : json_encode($body, JSON_THROW_ON_ERROR),
        'timeout' => 10,
        'ignore_errors' => true,
    ]]);
    $stream = @fopen((getenv('BASE') ?: 'http://127.0.0.1:8000') . $path, 'r', false, $context);
    if ($stream === false) {
        return [0, null, 1];
    }
    $text = stream_get_contents($stream);
    $head = implode("\n", stream_get_meta_data($stream)['wrapper_data']);
    preg_match('~^HTTP/\S+ (\d+)~', $head, $status);
    $pause = preg_match('~^Retry-After: (\d+)~im', $head, $found) ? (int) $found[1] : 1;
    return [(int) $status[1], json_decode($text, true), $pause];
}

/** Sends until there is an answer that is final: the same id again never counts twice. */
function send(array $rating, string $key): array
{
    for ($tries = 0; $tries < TRIES; $tries++) {
        [$status, $answer, $pause] = ask('POST', '/v1/ratings', $key, $rating);
        if (!in_array($status, [0, 408, 429], true) && $status < 500) {
            return [$status, $answer];
        }
        sleep($pause);
    }
    fwrite(STDERR, "no answer; keep the rating and send it later\n");
    exit(1);
}

[, $office, $service] = $argv;
$rating = [
    'id' => uuid7(),
    'office' => $office,
    'service' => $service,
    'channel' => 'mobile',
    'scores' => ['speed' => 4, 'transparency' => 3, 'friendliness' => null],
];
for ($time = 0; $time < 2; $time++) {
    [$status, $answer] = send($rating, (string) getenv('APP_KEY'));
    // 201: on disk. 200: it was there already. Everything else says what to change.
    echo $status, ' ', $answer['outcome'] ?? $answer['code'], "\n";
}
[$status, $answer] = ask('GET', '/v1/indices?by=office', (string) getenv('READER_KEY'));
if ($status !== 200) {
    fwrite(STDERR, "$status {$answer['code']}: {$answer['detail']}\n");
    exit(1);
}
foreach ($answer['rows'] as $row) {
    echo $row['group']['office'], ' ', $row['index']['value'] ?? 'not shown', "\n";
}
