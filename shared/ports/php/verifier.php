<?php

// Verifies the signature of Intelligems webhooks. One file to copy: no extension needed, PHP 8.0 and newer.

declare(strict_types=1);

/**
 * Says whether the raw body was signed with (one of) the secrets. Never throws on what a sender controls.
 *
 * The signature is 64 hex digits in either case. With $toleranceMs (off unless given: retries carry the event's old
 * time) the event's `timestamp`, in ms since 1970, must be that near to now. Ask the verdict for 'ok': an array is true
 * also when it refuses.
 *
 *     $body = file_get_contents('php://input');
 *     $signature = $_SERVER['HTTP_X_INTELLIGEMS_SIGNATURE'] ?? null;
 *     $secret = getenv('INTELLIGEMS_WEBHOOK_SECRET');
 *     if (!verifyWebhook($body, $signature, $secret)['ok']) { http_response_code(401); exit; }
 *
 * @param string|string[]|false|null $secret none (false of getenv, null) is refused as no-secret
 * @return array{ok: bool, secret?: int, reason?: string} the index of the secret that matched, or why it was refused
 */
function verifyWebhook(
    mixed $body,
    mixed $signature,
    string|array|false|null $secret,
    int|float|null $toleranceMs = null,
    int|float|null $timestamp = null,
    int|float|null $now = null,
): array {
    $secrets = array_values((array) $secret);
    if ($secrets === [] || array_filter($secrets, fn ($each) => !is_string($each) || $each === '') !== []) {
        return ['ok' => false, 'reason' => 'no-secret'];
    }
    if (!is_string($body)) {
        return ['ok' => false, 'reason' => 'body-not-raw'];
    }
    if ($signature === null || $signature === '') {
        return ['ok' => false, 'reason' => 'no-signature'];
    }
    if (!is_string($signature) || preg_match('/\A[0-9a-fA-F]{64}\z/', $signature) !== 1) {
        return ['ok' => false, 'reason' => 'malformed-signature'];
    }

    $claimed = strtolower($signature);
    $match = null;
    // From the last to the first, with no early exit: the time taken does not show which secret matched.
    for ($index = count($secrets) - 1; $index >= 0; $index--) {
        if (hash_equals(hash_hmac('sha256', $body, $secrets[$index]), $claimed)) {
            $match = $index;
        }
    }
    if ($match === null) {
        return ['ok' => false, 'reason' => 'no-match'];
    }

    if ($toleranceMs !== null) {
        $timestamp ??= timestampOf($body);
        $now ??= microtime(true) * 1000;
        if (!(is_int($timestamp) || is_float($timestamp)) || !(abs($now - $timestamp) <= $toleranceMs)) {
            return ['ok' => false, 'reason' => 'outside-tolerance'];
        }
    }
    return ['ok' => true, 'secret' => $match];
}

function timestampOf(string $body): mixed
{
    $text = str_starts_with($body, "\u{FEFF}") ? substr($body, 3) : $body;
    // JavaScript writes a name that was cut inside an emoji with half a character as an escape: json_decode refuses it.
    // The halves of whole ones are replaced too: only the time is read.
    $text = preg_replace('/(?<!\\\\)(?:\\\\\\\\)*+\K\\\\u[dD][89a-fA-F][0-9a-fA-F]{2}/', '\ufffd', $text);
    $event = json_decode($text, true, 1000, JSON_INVALID_UTF8_SUBSTITUTE);
    return is_array($event) ? $event['timestamp'] ?? null : null;
}
