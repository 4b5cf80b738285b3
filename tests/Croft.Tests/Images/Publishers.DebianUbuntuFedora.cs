namespace Croft.Tests.Images;

static partial class Publishers
{
    static Dictionary<(string Name, string Arch), (string Url, (string At, string Text)[] Documents)> DebianUbuntuFedora() =>
        new()
        {
            [("debian_cloud_12", "x86_64")] = (
                "https://cloud.debian.org/images/cloud/bookworm/20260712-2537/debian-12-genericcloud-amd64-20260712-2537.qcow2",
                [
                    (
                        "https://cloud.debian.org/images/cloud/bookworm/",
                        "<a href=\"20260210-999/\">20260210-999/</a>\n<a href=\"20260712-2537/\">20260712-2537/</a> <a href=\"latest/\">"
                    ),
                    (
                        "https://cloud.debian.org/images/cloud/bookworm/20260712-2537/SHA512SUMS",
                        "OTHER512  debian-12-genericcloud-arm64-20260712-2537.qcow2\nSHA512  debian-12-genericcloud-amd64-20260712-2537.qcow2\n"
                    ),
                ]
            ),
            [("debian_cloud", "ppc64le")] = (
                "https://cloud.debian.org/images/cloud/trixie/20260712-2537/debian-13-generic-ppc64el-20260712-2537.qcow2",
                [
                    (
                        "https://deb.debian.org/debian/dists/stable/Release",
                        "Origin: Debian\nSuite: stable\nVersion: 13.5\nCodename: trixie\n"
                    ),
                    ("https://cloud.debian.org/images/cloud/trixie/", "<a href=\"20260712-2537/\">"),
                    (
                        "https://cloud.debian.org/images/cloud/trixie/20260712-2537/SHA512SUMS",
                        "SHA512  debian-13-generic-ppc64el-20260712-2537.qcow2\n"
                    ),
                ]
            ),
            [("debian_sid", "aarch64")] = (
                "https://cloud.debian.org/images/cloud/sid/daily/20261126-2700/debian-sid-genericcloud-arm64-daily-20261126-2700.qcow2",
                [
                    ("https://cloud.debian.org/images/cloud/sid/daily/", "<a href=\"20261126-2700/\"> <a href=\"latest/\">"),
                    (
                        "https://cloud.debian.org/images/cloud/sid/daily/20261126-2700/SHA512SUMS",
                        "SHA512  debian-sid-genericcloud-arm64-daily-20261126-2700.qcow2\n"
                    ),
                ]
            ),
            [("debian_nocloud_13", "x86_64")] = (
                "https://cloud.debian.org/images/cloud/trixie/20260712-2537/debian-13-nocloud-amd64-20260712-2537.qcow2",
                [
                    ("https://cloud.debian.org/images/cloud/trixie/", "<a href=\"20260712-2537/\">"),
                    (
                        "https://cloud.debian.org/images/cloud/trixie/20260712-2537/SHA512SUMS",
                        "SHA512  debian-13-nocloud-amd64-20260712-2537.qcow2\n"
                    ),
                ]
            ),
            [("u", "x86_64")] = (
                "https://cloud-images.ubuntu.com/releases/26.04/release-20261101.1/ubuntu-26.04-server-cloudimg-amd64.img",
                [
                    (
                        "https://cloud-images.ubuntu.com/releases/",
                        "<a href=\"24.04/\"> <a href=\"26.04/\"> <a href=\"resolute/\"> <a href=\"streams/\">"
                    ),
                    (
                        "https://cloud-images.ubuntu.com/releases/26.04/",
                        "<a href=\"release/\"> <a href=\"release-20261101/\"> <a href=\"release-20261101.1/\">"
                    ),
                    (
                        "https://cloud-images.ubuntu.com/releases/26.04/release-20261101.1/",
                        "ubuntu-26.04-server-cloudimg-amd64.img ubuntu-26.04-server-cloudimg-amd64.img.zsync ubuntu-26.04-server-cloudimg-amd64.manifest"
                    ),
                    (
                        "https://cloud-images.ubuntu.com/releases/26.04/release-20261101.1/SHA256SUMS",
                        "SHA256 *ubuntu-26.04-server-cloudimg-amd64.img\n"
                    ),
                ]
            ),
            [("u18.04", "x86_64")] = (
                "http://cloud-images-archive.ubuntu.com/releases/bionic/release-20230607/ubuntu-18.04-server-cloudimg-amd64.img",
                [
                    ("http://cloud-images-archive.ubuntu.com/releases/bionic/", "release-20180517/ release-20230607/"),
                    ("http://cloud-images-archive.ubuntu.com/releases/bionic/release-20230607/", "ubuntu-18.04-server-cloudimg-amd64.img"),
                    (
                        "http://cloud-images-archive.ubuntu.com/releases/bionic/release-20230607/SHA256SUMS",
                        "SHA256 *ubuntu-18.04-server-cloudimg-amd64.img\n"
                    ),
                ]
            ),
            [("ubuntu-minimal-24.04", "aarch64")] = (
                "https://cloud-images.ubuntu.com/minimal/releases/noble/release-20261010/ubuntu-24.04-minimal-cloudimg-arm64.img",
                [
                    ("https://cloud-images.ubuntu.com/minimal/releases/noble/", "release-20261010/"),
                    (
                        "https://cloud-images.ubuntu.com/minimal/releases/noble/release-20261010/SHA256SUMS",
                        "SHA256 *ubuntu-24.04-minimal-cloudimg-arm64.img\n"
                    ),
                ]
            ),
            [("f", "x86_64")] = (
                "https://dl.fedoraproject.org/pub/fedora/linux/releases/44/Cloud/x86_64/images/Fedora-Cloud-Base-Generic-44-1.10.x86_64.qcow2",
                [
                    (
                        "https://fedoraproject.org/releases.json",
                        """
                        [{"version": "45 Beta", "arch": "x86_64", "link": "x", "variant": "Cloud", "subvariant": "Cloud_Base", "sha256": "", "size": "1"},
                         {"version": "9", "arch": "x86_64", "link": "x", "variant": "Cloud", "subvariant": "Cloud_Base"}, {"version": "44", "arch": "x86_64", "variant": "Cloud", "subvariant": "Cloud_Base"},
                         {"version": "46", "arch": "x86_64", "variant": "Server", "subvariant": "Server"}]
                        """
                    ),
                    (
                        "https://dl.fedoraproject.org/pub/fedora/linux/releases/44/Cloud/x86_64/images/",
                        "Fedora-Cloud-Base-Generic-44-1.7.x86_64.qcow2 Fedora-Cloud-Base-Generic-44-1.10.x86_64.qcow2 Fedora-Cloud-Base-UEFI-UKI-44-1.11.x86_64.qcow2"
                    ),
                    (
                        "https://dl.fedoraproject.org/pub/fedora/linux/releases/44/Cloud/x86_64/images/Fedora-Cloud-44-1.10-x86_64-CHECKSUM",
                        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n# Fedora-Cloud-Base-Generic-44-1.10.x86_64.qcow2: 1048576 bytes\nSHA256 (Fedora-Cloud-Base-Generic-44-1.10.x86_64.qcow2) = SHA256\n-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n"
                    ),
                ]
            ),
            [("f33", "x86_64")] = (
                "https://archives.fedoraproject.org/pub/archive/fedora/linux/releases/33/Cloud/x86_64/images/Fedora-Cloud-Base-33-1.2.x86_64.qcow2",
                [
                    (
                        "https://archives.fedoraproject.org/pub/archive/fedora/linux/releases/33/Cloud/x86_64/images/",
                        "Fedora-Cloud-Base-33-1.2.x86_64.qcow2 Fedora-Cloud-Base-33-1.2.x86_64.raw.xz"
                    ),
                    (
                        "https://archives.fedoraproject.org/pub/archive/fedora/linux/releases/33/Cloud/x86_64/images/Fedora-Cloud-33-1.2-x86_64-CHECKSUM",
                        "SHA256 (Fedora-Cloud-Base-33-1.2.x86_64.qcow2) = SHA256\n"
                    ),
                ]
            ),
            [("fedora_40", "aarch64")] = (
                "https://archives.fedoraproject.org/pub/archive/fedora/linux/releases/40/Cloud/aarch64/images/Fedora-Cloud-Base-Generic.aarch64-40-1.14.qcow2",
                [
                    (
                        "https://archives.fedoraproject.org/pub/archive/fedora/linux/releases/40/Cloud/aarch64/images/",
                        "Fedora-Cloud-Base-Generic.aarch64-40-1.14.qcow2 "
                    ),
                    (
                        "https://archives.fedoraproject.org/pub/archive/fedora/linux/releases/40/Cloud/aarch64/images/Fedora-Cloud-40-1.14-aarch64-CHECKSUM",
                        "SHA256 (Fedora-Cloud-Base-Generic.aarch64-40-1.14.qcow2) = SHA256\n"
                    ),
                ]
            ),
            [("fedora_rawhide", "x86_64")] = (
                "https://dl.fedoraproject.org/pub/fedora/linux/development/rawhide/Cloud/x86_64/images/Fedora-Cloud-Base-Generic-Rawhide-20261127.n.0.x86_64.qcow2",
                [
                    (
                        "https://dl.fedoraproject.org/pub/fedora/linux/development/rawhide/Cloud/x86_64/images/",
                        "Fedora-Cloud-Base-Generic-Rawhide-20261127.n.0.x86_64.qcow2"
                    ),
                    (
                        "https://dl.fedoraproject.org/pub/fedora/linux/development/rawhide/Cloud/x86_64/images/Fedora-Cloud-images-Rawhide-x86_64-20261127.n.0-CHECKSUM",
                        "SHA256 (Fedora-Cloud-Base-Generic-Rawhide-20261127.n.0.x86_64.qcow2) = SHA256\n"
                    ),
                ]
            ),
            [("f43", "s390x")] = (
                "https://dl.fedoraproject.org/pub/fedora-secondary/releases/43/Cloud/s390x/images/Fedora-Cloud-Base-Generic-43-1.6.s390x.qcow2",
                [
                    (
                        "https://dl.fedoraproject.org/pub/fedora-secondary/releases/43/Cloud/s390x/images/",
                        "Fedora-Cloud-Base-Generic-43-1.6.s390x.qcow2"
                    ),
                    (
                        "https://dl.fedoraproject.org/pub/fedora-secondary/releases/43/Cloud/s390x/images/Fedora-Cloud-43-1.6-s390x-CHECKSUM",
                        "SHA256 (Fedora-Cloud-Base-Generic-43-1.6.s390x.qcow2) = SHA256\n"
                    ),
                ]
            ),
            [("fedora-44", "riscv64")] = (
                "https://dl.fedoraproject.org/pub/alt/risc-v/release/44/Cloud/riscv64/images/Fedora-Cloud-Base-Generic-44-20260604.0.riscv64.qcow2",
                [
                    (
                        "https://dl.fedoraproject.org/pub/alt/risc-v/release/44/Cloud/riscv64/images/",
                        "Fedora-Cloud-Base-Generic-44-20260604.0.riscv64.qcow2"
                    ),
                    (
                        "https://dl.fedoraproject.org/pub/alt/risc-v/release/44/Cloud/riscv64/images/Fedora-Cloud-44-20260604.0-riscv64-CHECKSUM",
                        "SHA256 (Fedora-Cloud-Base-Generic-44-20260604.0.riscv64.qcow2) = SHA256\n"
                    ),
                ]
            ),
        };
}
