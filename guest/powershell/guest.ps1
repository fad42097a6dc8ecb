# Sluice's PowerShell guest: runs one function in one sandbox (docs/design/cloudcalls.md).
#
# Usage: pwsh -NoLogo -NoProfile -NonInteractive -File guest.ps1 [DIRECTORY]
#
# Speaks on descriptor 3, which must be a connected socket. The function's files go below DIRECTORY.
param([string] $Directory = '/tmp/function')

. "$PSScriptRoot/codec.ps1"

$ProtocolVersion = 1
$ResultBytesMax = 6291456
$MessageCharsMax = 8000
$LinesMax = 200
$LineCharsMax = 2000
$JsonDepthMax = 100

# A function that cannot be loaded; the text is the one reason.
class Refused : System.Exception {
    Refused([string] $message) : base($message) {}
}

function New-Fields([object[]] $pairs) {
    $fields = [System.Collections.Generic.Dictionary[string, object]]::new()
    for ($n = 0; $n -lt $pairs.Count; $n += 2) {
        $fields[$pairs[$n]] = $pairs[$n + 1]
    }
    return $fields
}

function Get-Cut([string] $text, [int] $most) {
    if ($text.Length -le $most) { return $text }
    return $text.Substring(0, $most - 3) + '...'
}

# The fields of an ERROR or LOAD_FAILED frame.
function New-Failure([string] $type, [string] $message, [string] $trace) {
    $lines = [System.Collections.Generic.List[object]]::new()
    $theirs = $trace -split "`n" | Where-Object { $_ -and -not $_.Contains("$PSScriptRoot/") }
    foreach ($line in @($theirs | Select-Object -First $LinesMax)) {
        $lines.Add([string] (Get-Cut $line $LineCharsMax))
    }
    return New-Fields @('type', $type, 'message', [string] (Get-Cut $message $MessageCharsMax), 'stacktrace', $lines)
}

# The failure that an error of the function's own code is.
function Get-FailureOf([System.Management.Automation.ErrorRecord] $record) {
    $problem = $record.Exception
    if ($problem -is [System.Management.Automation.MethodInvocationException] -and $problem.InnerException) {
        $problem = $problem.InnerException
    }
    $type = $problem -is [System.ArgumentException] ? 'InputError' : 'FunctionError'
    return New-Failure $type $problem.Message $record.ScriptStackTrace
}

function Test-Normalized([string] $path) {
    if ($path -match '[\\\x00-\x1f\x7f-\x9f]') { return $false }
    return @($path.Split('/') | Where-Object { $_ -in '', '.', '..' }).Count -eq 0
}

# Appends to one file of the package.
function Add-File([string] $path, [byte[]] $content) {
    if (-not (Test-Normalized $path)) {
        throw [Refused]::new('the package has a file with a forbidden name')
    }
    $target = [System.IO.Path]::Combine($Directory, $path)
    [void] [System.IO.Directory]::CreateDirectory([System.IO.Path]::GetDirectoryName($target))
    $file = [System.IO.FileStream]::new($target, [System.IO.FileMode]::Append)
    try {
        $file.Write($content, 0, $content.Length)
    } finally {
        $file.Dispose()
    }
}

# What an image brought may be executed where it could be before it was packed up.
function Set-Programs {
    $listed = [System.IO.Path]::Combine($Directory, '.sluice-programs')
    if (-not [System.IO.File]::Exists($listed)) { return }
    foreach ($name in [System.IO.File]::ReadAllLines($listed)) {
        $program = [System.IO.Path]::Combine($Directory, $name)
        if ((Test-Normalized $name) -and [System.IO.File]::Exists($program)) {
            [System.IO.File]::SetUnixFileMode($program, [System.IO.UnixFileMode] 'UserRead, UserWrite, UserExecute')
        }
    }
}

# The function that a handler, FILE.ps1::NAME, means. Its script is a module of its own: its variables survive from
# run to run, and it sees none of this runtime's.
function Get-Function([string] $handler) {
    $parts = $handler -split '::'
    if ($parts.Count -ne 2 -or -not $parts[0] -or -not $parts[1]) {
        throw [Refused]::new("the handler ""$handler"" does not have the form file.ps1::function")
    }
    $file = $parts[0] -replace '^\./', ''
    if (-not $file.EndsWith('.ps1')) { $file += '.ps1' }
    $script = [System.IO.Path]::Combine($Directory, $file)
    if (-not (Test-Normalized $file) -or -not [System.IO.File]::Exists($script)) {
        throw [Refused]::new("there is no script $file")
    }
    [System.IO.Directory]::SetCurrentDirectory($Directory)
    Set-Location -LiteralPath $Directory
    Set-Programs
    try {
        $module = New-Module -Name sluice-function -ArgumentList $script -ScriptBlock { param($script) . $script }
    } catch {
        throw [Refused]::new("the script $file does not load: $($_.Exception.Message)")
    }
    if (-not $module -or -not $module.ExportedFunctions.ContainsKey($parts[1])) {
        throw [Refused]::new("there is no function $($parts[1]) in $file")
    }
    return $module.ExportedFunctions[$parts[1]]
}

function ConvertFrom-Octets([byte[]] $json) {
    $text = [System.Text.Encoding]::UTF8.GetString($json)
    ConvertFrom-Json -InputObject $text -AsHashtable -NoEnumerate -Depth $JsonDepthMax
}

# Kind and value of what a run ends with.
function Invoke-Run([object] $function, [System.Collections.Generic.List[object]] $parts) {
    try {
        $payload = ConvertFrom-Octets $parts[0]
        $context = ConvertFrom-Octets $parts[1]
    } catch {
        return @([Kind]::Error, (New-Failure 'InputError' "the payload is not readable: $($_.Exception.Message)" ''))
    }
    foreach ($name in 'secrets', 'serviceBindings') {
        if (-not $context.ContainsKey($name)) { $context[$name] = @{} }
    }
    try {
        $result = & $function $context $payload
    } catch {
        return @([Kind]::Error, (Get-FailureOf $_))
    }
    try {
        $json = $null -eq $result ? 'null' : (ConvertTo-Json -InputObject $result -Depth $JsonDepthMax -Compress)
        $octets = [System.Text.UTF8Encoding]::new($false, $true).GetBytes($json)
    } catch {
        return @([Kind]::Error, (New-Failure 'FunctionError' "returned no JSON: $($_.Exception.Message)" ''))
    }
    if ($octets.Length -gt $ResultBytesMax) {
        $reason = "the result has $($octets.Length) bytes, more than $ResultBytesMax"
        return @([Kind]::Error, (New-Failure 'FunctionError' $reason ''))
    }
    return @([Kind]::Result, $octets)
}

# What is printed is with the platform before anything that is said later.
function Send-Answer([Channel] $channel, [int] $kind, [long] $id, [object] $value) {
    [Console]::Out.Flush()
    [Console]::Error.Flush()
    $channel.Send($kind, $id, $value)
}

# What runs the function; nothing if it was refused, which has been said.
function Read-Function([Channel] $channel) {
    $refused = $null
    $frame = $channel.Receive()
    while ($frame.Kind -eq [Kind]::File) {
        try {
            if (-not $refused) { Add-File $frame.Value['path'] $frame.Value['content'] }
        } catch {
            $refused = $_.Exception.Message
        }
        $frame = $channel.Receive()
    }
    if ($frame.Kind -ne [Kind]::Load) { throw [Violation]::new('a frame that was not expected') }
    try {
        if ($refused) { throw [Refused]::new($refused) }
        if ($frame.Value['convention'] -notin 'auto', 'dispatch') {
            throw [Refused]::new("functions in PowerShell have Dispatch's convention")
        }
        $function = Get-Function $frame.Value['handler']
        Send-Answer $channel ([Kind]::Loaded) $frame.Id (New-Fields @('convention', 'dispatch'))
        return $function
    } catch [Refused] {
        Send-Answer $channel ([Kind]::LoadFailed) $frame.Id (New-Failure 'FunctionError' $_.Exception.Message '')
    }
}

$global:ProgressPreference = 'SilentlyContinue'
if ($PSStyle) { $PSStyle.OutputRendering = 'PlainText' }
try {
    $channel = [Channel]::new(3)
    $hello = @('protocol', $ProtocolVersion, 'runtime', 'powershell', 'version', [string] $PSVersionTable.PSVersion)
    $channel.Send([Kind]::Hello, 0, (New-Fields $hello))
    $function = Read-Function $channel
    while ($function) {
        $frame = $channel.Receive()
        if ($frame.Kind -ne [Kind]::Run) { throw [Violation]::new('a frame that was not expected') }
        $kind, $value = Invoke-Run $function $frame.Value
        Send-Answer $channel $kind $frame.Id $value
    }
} catch [Closed] {
    # Hung up, or never connected.
} catch [Violation] {
    [Console]::Error.WriteLine("sluice guest: $($_.Exception.Message)")
}
[Console]::Out.Flush()
[Environment]::Exit(0)
