# Checks the codec against guest/vectors and against garbage. Usage: pwsh -NoProfile -File test_codec.ps1 frames.tsv
param([string] $Vectors)

$ErrorActionPreference = 'Stop'
. "$PSScriptRoot/codec.ps1"

$GarbageFrames = 2000

function Get-Plain([object] $meaning) {
    if ($meaning -is [array]) {
        $items = [System.Collections.Generic.List[object]]::new()
        foreach ($item in $meaning) { $items.Add((Get-Plain $item)) }
        return , $items
    }
    if ($meaning -isnot [System.Collections.IDictionary]) { return $meaning }
    $kind = @($meaning.Keys)[0]
    $content = $meaning[$kind]
    switch ($kind) {
        'int64' { return [long]::Parse($content) }
        'float64' {
            $bits = [Convert]::FromHexString($content)
            [Array]::Reverse($bits)
            return [BitConverter]::ToDouble($bits, 0)
        }
        'octets' { return , [Convert]::FromHexString($content) }
    }
    $fields = [System.Collections.Generic.Dictionary[string, object]]::new()
    foreach ($pair in $content) { $fields[$pair[0]] = Get-Plain $pair[1] }
    return $fields
}

function Test-Decodes([byte[]] $content) {
    try {
        $length = [FrameReader]::BodyLength($content[0..3])
        if ($length -ne $content.Length - 4) { throw [Violation]::new('another length') }
        return [FrameReader]::Decode($content[4..($content.Length - 1)])
    } catch [Violation] {
        return $null
    }
}

$lines = @([System.IO.File]::ReadAllLines($Vectors) | Where-Object { $_ -and -not $_.StartsWith('#') })
if ($lines.Count -le 50) { throw 'vectors are missing' }
foreach ($line in $lines) {
    $name, $hex, $text = $line -split "`t"
    $frame = Test-Decodes ([Convert]::FromHexString($hex))
    if ($text -ceq 'VIOLATION') {
        if ($frame) { throw "$name was read" }
        continue
    }
    if (-not $frame) { throw "$name was not read" }
    $meaning = ConvertFrom-Json -InputObject $text -AsHashtable -NoEnumerate -Depth 100
    $kind = [Kind]::($meaning['kind'] -replace '_', '')
    $value = Get-Plain $meaning['value']
    if ($frame.Kind -ne $kind -or $frame.Id -ne $meaning['id']) { throw "$name is another frame" }
    foreach ($encoded in [FrameWriter]::Encode($kind, $frame.Id, $value),
        [FrameWriter]::Encode($frame.Kind, $frame.Id, $frame.Value)) {
        if ([Convert]::ToHexString($encoded) -ne $hex) { throw "$name is encoded in another way" }
    }
}

$random = [System.Random]::new(1)
for ($n = 0; $n -lt $GarbageFrames; $n++) {
    $content = [Convert]::FromHexString(($lines[$random.Next($lines.Count)] -split "`t")[1])
    for ($k = $random.Next(3); $k -ge 0 -and $content.Length -gt 4; $k--) {
        $content[$random.Next(4, $content.Length)] = $random.Next(256)
    }
    [void] (Test-Decodes $content)
}
