using System.Security.Cryptography;

namespace Croft.Tests.Images;

/// <summary>A disk of random bytes whose first sector ends as a boot sector does.</summary>
static class RawDisk
{
    public static byte[] Make(int size = 1 << 20)
    {
        var disk = RandomNumberGenerator.GetBytes(size);
        disk[0] = 0xEB; // a jump: no archive begins so
        (disk[510], disk[511]) = (0x55, 0xAA);
        return disk;
    }
}
