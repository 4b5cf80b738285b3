using System.Text;
using Croft.Images;

namespace Croft.Tests.Images;

public sealed class ChecksumLists
{
    static readonly string A = new('a', 64);
    static readonly string B = new('b', 64);
    static readonly string Long = new('c', 128);

    [Fact]
    public void FindGnuLines() => Assert.Equal($"sha256:{B}", Find($"{A}  other.qcow2\n{B} *disk.qcow2\n"));

    [Fact]
    public void FindNamesInFolders() => Assert.Equal($"sha256:{A}", Find($"{A}  ./images/disk.qcow2\n"));

    [Fact]
    public void FindBsdLinesInASignedFile() =>
        Assert.Equal(
            $"sha256:{B}",
            Find(
                $"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n# disk.qcow2: 5 bytes\nSHA256 (other) = {A}\nSHA256 (disk.qcow2) = {B}\n-----BEGIN PGP SIGNATURE-----\n"
            )
        );

    [Fact]
    public void PreferTheLongerDigest() => Assert.Equal($"sha512:{Long}", Find($"{A}  disk.qcow2\n{Long}  disk.qcow2\n"));

    [Fact]
    public void TakeADigestThatStandsAlone() => Assert.Equal($"sha256:{A}", Find(A.ToUpperInvariant() + "\n"));

    [Fact]
    public void DoNotTakeAnotherFilesDigest() => Assert.Null(Find($"{A}  disk.qcow2.xz\n"));

    [Theory]
    [InlineData("sha256:abc")]
    [InlineData("md5:d41d8cd98f00b204e9800998ecf8427e")]
    [InlineData("")]
    public void RefuseWhatIsNoChecksum(string text) =>
        Assert.Equal(FaultKind.Usage, Assert.Throws<CroftException>(() => Checksum.Parse(text)).Kind);

    [Fact]
    public void RefuseALengthThatTheNameDenies() => Assert.Throws<CroftException>(() => Checksum.Parse($"sha512:{A}"));

    [Theory]
    [InlineData("{0}  disk.qcow2\n{1}  /pub/x/disk.qcow2\n")]
    [InlineData("{1}  old/disk.qcow2\n{0}  disk.qcow2\n")]
    [InlineData("{1}  old/disk.qcow2\n{0}  new/disk.qcow2\n")]
    [InlineData("{1}\n{0}  disk.qcow2\n")]
    [InlineData("{0}  disk.qcow2\n{0}  ./disk.qcow2\n")]
    [InlineData("{0}  -\n")]
    [InlineData("SHA256(disk.qcow2)= {0}\n")]
    [InlineData("SHA2-256(disk.qcow2)= {0}\n")]
    [InlineData("sha256:{0}  disk.qcow2\n")]
    [InlineData("sha256:{0}\n")]
    public void FindTheFilesOwnInEveryForm(string list) =>
        Assert.Equal(
            $"sha256:{A}",
            Checksum
                .Find(
                    list.Replace("{0}", A, StringComparison.Ordinal).Replace("{1}", B, StringComparison.Ordinal),
                    "/img/new/disk.qcow2",
                    "it"
                )
                ?.ToString()
        );

    [Theory]
    [InlineData("{0}  disk.qcow2\n{1}  disk.qcow2\n")]
    [InlineData("{0}  amd64/disk.qcow2\n{1}  arm64/disk.qcow2\n")]
    public void AreRefusedWhereNobodyKnowsWhichIsMeant(string list) =>
        Assert.StartsWith(
            "it has several sha256 digests of disk.qcow2",
            Assert
                .Throws<CroftException>(() =>
                    Find(list.Replace("{0}", A, StringComparison.Ordinal).Replace("{1}", B, StringComparison.Ordinal))
                )
                .Message
        );

    [Fact]
    public void AreReadWithAByteOrderMark()
    {
        foreach (var encoding in (Encoding[])[new UTF8Encoding(true), Encoding.Unicode, Encoding.BigEndianUnicode])
            Assert.Equal($"{A}  disk.qcow2", Download.TextOf([.. encoding.GetPreamble(), .. encoding.GetBytes($"{A}  disk.qcow2")]));
    }

    static string? Find(string list) => Checksum.Find(list, "disk.qcow2", "it")?.ToString();
}
