# The guest protocol's frames and values, as guest/vectors/frames.tsv shows them, and the channel for them. Octets are
# byte[], lists List[object], maps Dictionary[string, object]: PowerShell's own tables do not tell "a" from "A".

# Bytes that are no frame, or a value that no frame can carry.
class Violation : System.Exception {
    Violation([string] $message) : base($message) {}
}

class Kind {
    static [int] $Hello = 0x01
    static [int] $Loaded = 0x02
    static [int] $LoadFailed = 0x03
    static [int] $Call = 0x04
    static [int] $Result = 0x05
    static [int] $Error = 0x06
    static [int] $File = 0x41
    static [int] $Load = 0x42
    static [int] $Run = 0x43
    static [int] $Reply = 0x44
    static [int] $Inbound = 0x45
    static [int[]] $All = @(0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x41, 0x42, 0x43, 0x44, 0x45)
}

class Limit {
    static [int] $FrameBytes = 8388608
    static [int] $Depth = 32
    static [int] $Items = 65536
    static [int] $KeyBytes = 256
}

class Frame {
    [int] $Kind
    [long] $Id
    [object] $Value
}

class FrameWriter {
    hidden [System.IO.MemoryStream] $out = [System.IO.MemoryStream]::new()
    hidden [System.Text.UTF8Encoding] $utf8 = [System.Text.UTF8Encoding]::new($false, $true)

    # The bytes of one frame.
    static [byte[]] Encode([int] $kind, [long] $id, [object] $value) {
        $writer = [FrameWriter]::new()
        $writer.Number([BitConverter]::GetBytes([uint32] 0))
        $writer.out.WriteByte([byte] $kind)
        $writer.Number([BitConverter]::GetBytes([uint32] $id))
        $writer.Write($value, [Limit]::Depth)
        [long] $length = $writer.out.Length - 4
        if ($length -gt [Limit]::FrameBytes) {
            throw [Violation]::new("a frame of more than $([Limit]::FrameBytes) bytes")
        }
        $writer.out.Position = 0
        $writer.Number([BitConverter]::GetBytes([uint32] $length))
        return $writer.out.ToArray()
    }

    hidden [void] Number([byte[]] $littleEndian) {
        [Array]::Reverse($littleEndian)
        $this.out.Write($littleEndian, 0, $littleEndian.Length)
    }

    hidden [void] Octets([byte[]] $content) {
        $this.Number([BitConverter]::GetBytes([uint32] $content.Length))
        $this.out.Write($content, 0, $content.Length)
    }

    hidden [void] Text([string] $text) {
        $octets = [byte[]]::new(0)
        try {
            $octets = $this.utf8.GetBytes($text)
        } catch {
            throw [Violation]::new('text that is not Unicode')
        }
        $this.Octets($octets)
    }

    hidden [void] Write([object] $value, [int] $depth) {
        if ($null -eq $value) {
            $this.out.WriteByte(0)
        } elseif ($value -is [bool]) {
            $this.out.WriteByte([byte] ($value ? 2 : 1))
        } elseif ($value -is [int] -or $value -is [long]) {
            $this.out.WriteByte(3)
            $this.Number([BitConverter]::GetBytes([long] $value))
        } elseif ($value -is [double]) {
            $this.out.WriteByte(4)
            $this.Number([BitConverter]::GetBytes([double] $value))
        } elseif ($value -is [byte[]]) {
            $this.out.WriteByte(5)
            $this.Octets($value)
        } elseif ($value -is [string]) {
            $this.out.WriteByte(6)
            $this.Text($value)
        } elseif ($value -is [System.Collections.Generic.List[object]]) {
            $this.Many(7, $value.Count, $depth)
            foreach ($item in $value) { $this.Write($item, $depth - 1) }
        } elseif ($value -is [System.Collections.Generic.Dictionary[string, object]]) {
            $this.Many(8, $value.Count, $depth)
            foreach ($key in $value.Keys) {
                $this.Text($key)
                $this.Write($value[$key], $depth - 1)
            }
        } else {
            throw [Violation]::new("a value of type $($value.GetType().Name)")
        }
    }

    hidden [void] Many([int] $tag, [int] $count, [int] $depth) {
        if ($depth -eq 0 -or $count -gt [Limit]::Items) {
            throw [Violation]::new('values nested too deeply, or too many of them')
        }
        $this.out.WriteByte([byte] $tag)
        $this.Number([BitConverter]::GetBytes([uint32] $count))
    }
}

class FrameReader {
    hidden [byte[]] $content
    hidden [int] $at = 0
    hidden [System.Text.UTF8Encoding] $utf8 = [System.Text.UTF8Encoding]::new($false, $true)

    FrameReader([byte[]] $content) {
        $this.content = $content
    }

    # What the first four bytes of a frame say.
    static [int] BodyLength([byte[]] $head) {
        [long] $length = [FrameReader]::new($head).Count()
        if ($length -le 5 -or $length -gt [Limit]::FrameBytes) {
            throw [Violation]::new('a frame of a forbidden length')
        }
        return [int] $length
    }

    # One frame's body; whatever the bytes are, this or a Violation.
    static [Frame] Decode([byte[]] $body) {
        $reader = [FrameReader]::new($body)
        $frame = [Frame]::new()
        $frame.Kind = $reader.Take(1)[0]
        $frame.Id = $reader.Count()
        $frame.Value = $reader.Read([Limit]::Depth)
        if ($frame.Kind -notin [Kind]::All -or $reader.at -ne $body.Length) {
            throw [Violation]::new('unknown kind of frame, or bytes after the value')
        }
        return $frame
    }

    hidden [byte[]] Take([long] $bytes) {
        if ($bytes -gt $this.content.Length - $this.at) {
            throw [Violation]::new('the frame ends inside a value')
        }
        [int] $size = $bytes
        $taken = [byte[]]::new($size)
        [Array]::Copy($this.content, $this.at, $taken, 0, $size)
        $this.at += $size
        return $taken
    }

    hidden [byte[]] Number([int] $bytes) {
        $bigEndian = $this.Take($bytes)
        [Array]::Reverse($bigEndian)
        return $bigEndian
    }

    hidden [long] Count() {
        return [BitConverter]::ToUInt32($this.Number(4), 0)
    }

    hidden [string] Text([long] $bytesMax) {
        [long] $length = $this.Count()
        if ($length -gt $bytesMax) {
            throw [Violation]::new('a text that is too long')
        }
        $octets = $this.Take($length)
        [string] $text = ''
        try {
            $text = $this.utf8.GetString($octets)
        } catch {
            throw [Violation]::new('text that is not UTF-8')
        }
        return $text
    }

    hidden [object] Read([int] $depth) {
        [int] $tag = $this.Take(1)[0]
        switch ($tag) {
            0 { return $null }
            1 { return $false }
            2 { return $true }
            3 { return [BitConverter]::ToInt64($this.Number(8), 0) }
            4 { return [BitConverter]::ToDouble($this.Number(8), 0) }
            5 { return $this.Take($this.Count()) }
            6 { return $this.Text([Limit]::FrameBytes) }
        }
        if ($tag -gt 8 -or $depth -eq 0) {
            throw [Violation]::new('unknown kind of value, or values nested too deeply')
        }
        [long] $count = $this.Count()
        [int] $bytesMin = $tag -eq 7 ? 1 : 5
        if ($count -gt [Limit]::Items -or $count * $bytesMin -gt $this.content.Length - $this.at) {
            throw [Violation]::new('a count beyond the frame')
        }
        if ($tag -eq 7) {
            return $this.Items($count, $depth - 1)
        }
        return $this.Fields($count, $depth - 1)
    }

    hidden [System.Collections.Generic.List[object]] Items([long] $count, [int] $depth) {
        $items = [System.Collections.Generic.List[object]]::new()
        for ([long] $n = 0; $n -lt $count; $n++) {
            $items.Add($this.Read($depth))
        }
        return $items
    }

    hidden [System.Collections.Generic.Dictionary[string, object]] Fields([long] $count, [int] $depth) {
        $fields = [System.Collections.Generic.Dictionary[string, object]]::new()
        for ([long] $n = 0; $n -lt $count; $n++) {
            $key = $this.Text([Limit]::KeyBytes)
            if ($fields.ContainsKey($key)) {
                throw [Violation]::new('the same key twice')
            }
            $fields[$key] = $this.Read($depth)
        }
        return $fields
    }
}

# The platform hung up: there is nothing left to do.
class Closed : System.Exception {}

# The guest's end of its one connection to the platform: blocking, one frame at a time.
class Channel {
    hidden [System.IO.Stream] $stream

    Channel([int] $descriptor) {
        $handle = [Microsoft.Win32.SafeHandles.SafeFileHandle]::new([IntPtr] $descriptor, $true)
        $this.stream = [System.IO.FileStream]::new($handle, [System.IO.FileAccess]::ReadWrite, 1)
    }

    [void] Send([int] $kind, [long] $id, [object] $value) {
        $content = [FrameWriter]::Encode($kind, $id, $value)
        try {
            $this.stream.Write($content, 0, $content.Length)
            $this.stream.Flush()
        } catch [System.IO.IOException] {
            throw [Closed]::new()
        }
    }

    [Frame] Receive() {
        return [FrameReader]::Decode($this.Exactly([FrameReader]::BodyLength($this.Exactly(4))))
    }

    hidden [byte[]] Exactly([int] $bytes) {
        $content = [byte[]]::new($bytes)
        for ([int] $done = 0; $done -lt $bytes; ) {
            [int] $more = 0
            try {
                $more = $this.stream.Read($content, $done, $bytes - $done)
            } catch [System.IO.IOException] {
                throw [Closed]::new()
            }
            if ($more -eq 0) {
                throw [Closed]::new()
            }
            $done += $more
        }
        return $content
    }
}
