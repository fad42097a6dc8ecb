# Greets whoever the payload names. What it writes to the host is the run's log.
function handle($context, $payload) {
    $name = if ($payload.name) { $payload.name } else { "Noone" }
    Write-Host "greeting $name"
    return @{ greeting = "Hello, $name" }
}
