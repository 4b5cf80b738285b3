using System.Security.Cryptography;
using System.Text;

namespace Croft.Images;

/// <summary>Passwords as <c>/etc/shadow</c> keeps them: SHA-512 in 5000 rounds, as in glibc's <c>crypt</c>.</summary>
static class Crypt
{
    const string Digits = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    const int Rounds = 5000;
    const int Size = 64;

    /// <summary>A new one.</summary>
    public static string Salt() => RandomNumberGenerator.GetString(Digits, 16);

    /// <summary>The hash.</summary>
    public static string Sha512(string password, string salt)
    {
        var (key, grain) = (Encoding.UTF8.GetBytes(password), Encoding.UTF8.GetBytes(salt));
        var other = SHA512.HashData([.. key, .. grain, .. key]);
        var first = new List<byte>([.. key, .. grain, .. Repeated(other, key.Length)]);
        for (var bits = key.Length; bits > 0; bits >>= 1)
            first.AddRange((bits & 1) != 0 ? other : key);
        var sum = SHA512.HashData([.. first]);
        var p = Repeated(SHA512.HashData([.. Enumerable.Repeat(key, key.Length).SelectMany(k => k)]), key.Length);
        var s = Repeated(SHA512.HashData([.. Enumerable.Repeat(grain, 16 + sum[0]).SelectMany(g => g)]), grain.Length);
        for (var i = 0; i < Rounds; i++)
        {
            byte[] head = i % 2 != 0 ? p : sum;
            byte[] tail = i % 2 != 0 ? sum : p;
            sum = SHA512.HashData([.. head, .. i % 3 != 0 ? s : [], .. i % 7 != 0 ? p : [], .. tail]);
        }

        return $"$6${salt}${Encoded(sum)}";
    }

    static byte[] Repeated(byte[] block, int length) => [.. Enumerable.Range(0, length).Select(i => block[i % block.Length])];

    /// <summary>Three bytes, a third of the hash apart and in turn, are four digits.</summary>
    static string Encoded(byte[] sum)
    {
        var text = new StringBuilder();
        var (a, b, c) = (0, 21, 42);
        for (var i = 0; i < 21; i++)
        {
            Add((sum[a] << 16) | (sum[b] << 8) | sum[c], 4);
            (a, b, c) = (b + 1, c + 1, a + 1);
        }

        Add(sum[Size - 1], 2);
        return text.ToString();

        void Add(int bits, int digits)
        {
            for (; digits > 0; digits--, bits >>= 6)
                text.Append(Digits[bits & 0x3f]);
        }
    }
}
