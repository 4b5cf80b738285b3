namespace Croft.Libvirt.Tests;

/// <summary>The smallest guest: says "ready" on its serial port, then answers every byte with the same byte.</summary>
static class BootSector
{
    internal static byte[] Image()
    {
        byte[] code =
        [
            0xFB,
            0xFC, // sti; cld
            0x31,
            0xC0,
            0x8E,
            0xD8, // ds = 0
            0xBA,
            0xF8,
            0x03, // dx = 0x3f8, the port's data
            0xBE,
            0x24,
            0x7C, // si = text
            0xAC,
            0x84,
            0xC0,
            0x74,
            0x03, // next: al = *si++; if 0, go to echo
            0xEE,
            0xEB,
            0xF8, // out; go to next
            0xF4, // echo: hlt, until the timer ticks
            0xBA,
            0xFD,
            0x03,
            0xEC, // al = line status
            0xA8,
            0x01,
            0x74,
            0xF7, // no byte there: go to echo
            0xBA,
            0xF8,
            0x03,
            0xEC,
            0xEE, // in; out
            0xEB,
            0xF0, // go to echo
            .. "ready\r\n\0"u8,
        ];
        return Disk(code);
    }

    /// <summary>Says "vga" when a VGA BIOS answers, as a boot loader that draws its menu needs it; "blind" when none does.</summary>
    internal static byte[] LooksForAVga() =>
        Disk([
            0xFB,
            0xFC, // sti; cld
            0x31,
            0xC0,
            0x8E,
            0xD8,
            0x8E,
            0xC0, // ds = es = 0
            0xBF,
            0x00,
            0x80, // di = room for the answer
            0xB8,
            0x00,
            0x4F,
            0xCD,
            0x10, // VBE: what are you?
            0xBE,
            0x29,
            0x7C, // si = "blind"
            0x3D,
            0x4F,
            0x00,
            0x75,
            0x03, // unless VBE answered
            0xBE,
            0x31,
            0x7C, // si = "vga"
            0xBA,
            0xF8,
            0x03, // dx = 0x3f8, the port's data
            0xAC,
            0x84,
            0xC0,
            0x74,
            0x03, // next: al = *si++; if 0, stop
            0xEE,
            0xEB,
            0xF8, // out; go to next
            0xF4,
            0xEB,
            0xFD, // stop: hlt; go to stop
            .. "blind\r\n\0"u8,
            .. "vga\r\n\0"u8,
        ]);

    /// <summary>Long enough to be a disk to the firmware.</summary>
    static byte[] Disk(byte[] code)
    {
        var image = new byte[1 << 20];
        code.CopyTo(image, 0);
        (image[510], image[511]) = (0x55, 0xAA);
        return image;
    }
}
