<?php

// Runs the cases of vectors.json, whose path is the one argument; fails where a verdict differs.

declare(strict_types=1);

require __DIR__ . '/verifier.php';

$cases = json_decode(file_get_contents($argv[1]), true, 512, JSON_THROW_ON_ERROR)['cases'];
$failed = 0;
foreach ($cases as $case) {
    $options = $case['options'] ?? [];
    $verdict = verifyWebhook(
        array_key_exists('parsedBody', $case)
            ? $case['parsedBody']
            : str_repeat(base64_decode($case['body'], true), $case['bodyRepeat'] ?? 1),
        $case['signature'],
        $case['secrets'],
        $options['toleranceMs'] ?? null,
        $options['timestamp'] ?? null,
        $options['now'] ?? null,
    );
    if ($verdict !== $case['verdict']) {
        $failed++;
        echo $case['name'], ': expected ', json_encode($case['verdict']), ', got ', json_encode($verdict), "\n";
    }
}
echo count($cases) - $failed, ' of ', count($cases), " cases agree\n";
exit($failed === 0 ? 0 : 1);
