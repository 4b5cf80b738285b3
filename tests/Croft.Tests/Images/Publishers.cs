using System.Security.Cryptography;
using System.Text;

namespace Croft.Tests.Images;

/// <summary>
/// What publishers have on their servers: indexes, listings and lists of checksums in the forms that each uses, of small files. The file
/// server
/// has them below each host's name.
/// </summary>
static class Publishers
{
    /// <summary>
    /// Of a name and an architecture: the address that it means, and documents by address. <c>SHA256</c>, <c>SHA512</c> and <c>MD5</c> in
    /// them are the image's.
    /// </summary>
    public static readonly Dictionary<(string Name, string Arch), (string Url, (string At, string Text)[] Documents)> All = new()
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
                ("https://deb.debian.org/debian/dists/stable/Release", "Origin: Debian\nSuite: stable\nVersion: 13.5\nCodename: trixie\n"),
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
        [("centos", "x86_64")] = (
            "https://cloud.centos.org/centos/10-stream/x86_64/images/CentOS-Stream-GenericCloud-x86_64-10-20261120.0.x86_64.qcow2",
            [
                ("https://cloud.centos.org/centos/", "8-stream/ 9-stream/ 10-stream/ 8/"),
                (
                    "https://cloud.centos.org/centos/10-stream/x86_64/images/",
                    "CentOS-Stream-GenericCloud-10-20261125.0.x86_64.qcow2 CentOS-Stream-GenericCloud-x86_64-10-20261120.0.x86_64.qcow2 CentOS-Stream-GenericCloud-x86_64-10-latest.x86_64.qcow2"
                ),
                (
                    "https://cloud.centos.org/centos/10-stream/x86_64/images/CentOS-Stream-GenericCloud-x86_64-10-20261120.0.x86_64.qcow2.SHA256SUM",
                    "# CentOS-Stream-GenericCloud-x86_64-10-20261120.0.x86_64.qcow2: 1048576 bytes\nSHA256 (CentOS-Stream-GenericCloud-x86_64-10-20261120.0.x86_64.qcow2) = SHA256\n"
                ),
            ]
        ),
        [("c9", "ppc64le")] = (
            "https://cloud.centos.org/centos/9-stream/ppc64le/images/CentOS-Stream-GenericCloud-9-20261120.0.ppc64le.qcow2",
            [
                ("https://cloud.centos.org/centos/9-stream/ppc64le/images/", "CentOS-Stream-GenericCloud-9-20261120.0.ppc64le.qcow2"),
                (
                    "https://cloud.centos.org/centos/9-stream/ppc64le/images/CentOS-Stream-GenericCloud-9-20261120.0.ppc64le.qcow2.SHA256SUM",
                    "SHA256 (CentOS-Stream-GenericCloud-9-20261120.0.ppc64le.qcow2) = SHA256\n"
                ),
            ]
        ),
        [("centos8stream", "x86_64")] = (
            "https://cloud.centos.org/centos/8-stream/x86_64/images/CentOS-Stream-GenericCloud-8-20230523.0.x86_64.qcow2",
            [
                (
                    "https://cloud.centos.org/centos/8-stream/x86_64/images/",
                    "CentOS-Stream-GenericCloud-8-20220913.0.x86_64.qcow2 CentOS-Stream-GenericCloud-8-20230523.0.x86_64.qcow2"
                ),
                (
                    "https://cloud.centos.org/centos/8-stream/x86_64/images/CHECKSUM",
                    "SHA256 (CentOS-Stream-GenericCloud-8-20230523.0.x86_64.qcow2) = SHA256\n"
                ),
            ]
        ),
        [("centos7", "x86_64")] = (
            "https://cloud.centos.org/centos/7/images/CentOS-7-x86_64-GenericCloud-2211.qcow2",
            [
                (
                    "https://cloud.centos.org/centos/7/images/",
                    "CentOS-7-x86_64-GenericCloud-2009.qcow2 CentOS-7-x86_64-GenericCloud-2211.qcow2"
                ),
                ("https://cloud.centos.org/centos/7/images/sha256sum.txt", "SHA256  CentOS-7-x86_64-GenericCloud-2211.qcow2\n"),
            ]
        ),
        [("rocky", "x86_64")] = (
            "https://dl.rockylinux.org/pub/rocky/10/images/x86_64/Rocky-10-GenericCloud-Base-10.2-20260525.0.x86_64.qcow2",
            [
                ("https://dl.rockylinux.org/pub/rocky/", "href=\"8/\" href=\"9/\" href=\"9.8/\" href=\"10/\" href=\"10.2/\""),
                (
                    "https://dl.rockylinux.org/pub/rocky/10/images/x86_64/",
                    "Rocky-10-GenericCloud-Base-10.2-20260525.0.x86_64.qcow2 Rocky-10-GenericCloud-Base-10.2-20260525.0.x86_64.qcow2.CHECKSUM Rocky-10-GenericCloud-LVM-10.2-20260526.0.x86_64.qcow2"
                ),
                (
                    "https://dl.rockylinux.org/pub/rocky/10/images/x86_64/Rocky-10-GenericCloud-Base-10.2-20260525.0.x86_64.qcow2.CHECKSUM",
                    "# Rocky-10-GenericCloud-Base-10.2-20260525.0.x86_64.qcow2: 1 bytes\nSHA256 (Rocky-10-GenericCloud-Base-10.2-20260525.0.x86_64.qcow2) = SHA256\n"
                ),
            ]
        ),
        [("rocky-8.6", "x86_64")] = (
            "https://dl.rockylinux.org/vault/rocky/8.6/images/x86_64/Rocky-8-GenericCloud-8.6-20220702.0.x86_64.qcow2",
            [
                (
                    "https://dl.rockylinux.org/vault/rocky/8.6/images/x86_64/",
                    "Rocky-8-GenericCloud-8.6-20220515.x86_64.qcow2 Rocky-8-GenericCloud-8.6-20220702.0.x86_64.qcow2"
                ),
                (
                    "https://dl.rockylinux.org/vault/rocky/8.6/images/x86_64/CHECKSUM",
                    "SHA256 (Rocky-8-GenericCloud-8.6-20220702.0.x86_64.qcow2) = SHA256\n"
                ),
            ]
        ),
        [("rocky-9-lvm", "aarch64")] = (
            "https://dl.rockylinux.org/pub/rocky/9/images/aarch64/Rocky-9-GenericCloud-LVM-9.8-20260525.0.aarch64.qcow2",
            [
                ("https://dl.rockylinux.org/pub/rocky/9/images/aarch64/", "Rocky-9-GenericCloud-LVM-9.8-20260525.0.aarch64.qcow2"),
                (
                    "https://dl.rockylinux.org/pub/rocky/9/images/aarch64/Rocky-9-GenericCloud-LVM-9.8-20260525.0.aarch64.qcow2.CHECKSUM",
                    "SHA256 (Rocky-9-GenericCloud-LVM-9.8-20260525.0.aarch64.qcow2) = SHA256\n"
                ),
            ]
        ),
        [("alma9", "s390x")] = (
            "https://repo.almalinux.org/almalinux/9/cloud/s390x/images/AlmaLinux-9-GenericCloud-9.8-20260526.s390x.qcow2",
            [
                (
                    "https://repo.almalinux.org/almalinux/9/cloud/s390x/images/",
                    "AlmaLinux-9-GenericCloud-9.8-20260526.s390x.qcow2 AlmaLinux-9-GenericCloud-latest.s390x.qcow2"
                ),
                (
                    "https://repo.almalinux.org/almalinux/9/cloud/s390x/images/CHECKSUM",
                    "SHA256  AlmaLinux-9-GenericCloud-9.8-20260526.s390x.qcow2\nOTHER256  AlmaLinux-9-GenericCloud-latest.s390x.qcow2\n"
                ),
            ]
        ),
        [("almalinux", "x86_64")] = (
            "https://repo.almalinux.org/almalinux/10/cloud/x86_64/images/AlmaLinux-10-GenericCloud-10.2-20260817.0.x86_64.qcow2",
            [
                ("https://repo.almalinux.org/almalinux/", "href=\"8/\" href=\"9/\" href=\"10/\" href=\"10.2/\""),
                (
                    "https://repo.almalinux.org/almalinux/10/cloud/x86_64/images/",
                    "AlmaLinux-10-GenericCloud-10.2-20260526.0.x86_64.qcow2 AlmaLinux-10-GenericCloud-10.2-20260817.0.x86_64.qcow2 AlmaLinux-10-GenericCloud-ext4-10.2-20260901.0.x86_64.qcow2"
                ),
                (
                    "https://repo.almalinux.org/almalinux/10/cloud/x86_64/images/CHECKSUM",
                    "SHA256  AlmaLinux-10-GenericCloud-10.2-20260817.0.x86_64.qcow2\n"
                ),
            ]
        ),
        [("almalinux-kitten-10", "x86_64")] = (
            "https://kitten.repo.almalinux.org/10-kitten/cloud/x86_64/images/AlmaLinux-Kitten-GenericCloud-10-20260801.0.x86_64.qcow2",
            [
                (
                    "https://kitten.repo.almalinux.org/10-kitten/cloud/x86_64/images/",
                    "AlmaLinux-Kitten-GenericCloud-10-20260801.0.x86_64.qcow2 AlmaLinux-Kitten-GenericCloud-10-latest.x86_64.qcow2"
                ),
                (
                    "https://kitten.repo.almalinux.org/10-kitten/cloud/x86_64/images/CHECKSUM",
                    "SHA256  AlmaLinux-Kitten-GenericCloud-10-20260801.0.x86_64.qcow2\n"
                ),
            ]
        ),
        [("oracle", "x86_64")] = (
            "https://yum.oracle.com/templates/OracleLinux/OL10/u1/x86_64/OL10U1_x86_64-kvm-b291.qcow2",
            [
                (
                    "https://yum.oracle.com/oracle-linux-templates.html",
                    "'templates/OracleLinux/ol8-template.json' 'templates/OracleLinux/ol10-template.json' 'templates/OracleLinux/ol9-template.json'"
                ),
                (
                    "https://yum.oracle.com/templates/OracleLinux/ol10-template.json",
                    "{\"base_url\": \"/templates/OracleLinux/OL10/u1/x86_64\", \"kvm\": {\"image\": \"OL10U1_x86_64-kvm-b291.qcow2\", \"sha256\": \"SHA256\"}}"
                ),
            ]
        ),
        [("ol9", "aarch64")] = (
            "https://yum.oracle.com/templates/OracleLinux/OL9/u8/aarch64/OL9U8_aarch64-kvm-cloud-b182.qcow2",
            [
                (
                    "https://yum.oracle.com/templates/OracleLinux/ol9_aarch64-cloud-template.json",
                    "{\"base_url\": \"/templates/OracleLinux/OL9/u8/aarch64\", \"kvm\": {\"image\": \"OL9U8_aarch64-kvm-cloud-b182.qcow2\", \"sha256\": \"SHA256\"}}"
                ),
            ]
        ),
        [("al2023", "x86_64")] = (
            "https://cdn.amazonlinux.com/al2023/os-images/2023.12.20260930.0/kvm/al2023-kvm-2023.12.20260930.0-kernel-6.1-x86_64.xfs.gpt.qcow2",
            [
                (
                    "https://cdn.amazonlinux.com/al2023/os-images/latest/kvm/SHA256SUMS",
                    "SHA256  al2023-kvm-2023.12.20260930.0-kernel-6.1-x86_64.xfs.gpt.qcow2\n"
                ),
                (
                    "https://cdn.amazonlinux.com/al2023/os-images/2023.12.20260930.0/kvm/SHA256SUMS",
                    "SHA256  al2023-kvm-2023.12.20260930.0-kernel-6.1-x86_64.xfs.gpt.qcow2\n"
                ),
            ]
        ),
        [("amazonlinux", "aarch64")] = (
            "https://cdn.amazonlinux.com/al2023/os-images/2023.12.20260930.0/kvm-arm64/al2023-kvm-2023.12.20260930.0-kernel-6.1-arm64.xfs.gpt.qcow2",
            [
                (
                    "https://cdn.amazonlinux.com/al2023/os-images/latest/kvm-arm64/SHA256SUMS",
                    "SHA256  al2023-kvm-2023.12.20260930.0-kernel-6.1-arm64.xfs.gpt.qcow2\n"
                ),
                (
                    "https://cdn.amazonlinux.com/al2023/os-images/2023.12.20260930.0/kvm-arm64/SHA256SUMS",
                    "SHA256  al2023-kvm-2023.12.20260930.0-kernel-6.1-arm64.xfs.gpt.qcow2\n"
                ),
            ]
        ),
        [("opensuse156", "x86_64")] = (
            "https://download.opensuse.org/distribution/leap/15.6/appliances/openSUSE-Leap-15.6-Minimal-VM.x86_64-Cloud.qcow2",
            [
                (
                    "https://download.opensuse.org/distribution/leap/15.6/appliances/openSUSE-Leap-15.6-Minimal-VM.x86_64-Cloud.qcow2.sha256",
                    "SHA256 openSUSE-Leap-15.6-Minimal-VM.x86_64-Cloud.qcow2\n"
                ),
            ]
        ),
        [("opensuse", "s390x")] = (
            "https://download.opensuse.org/distribution/leap/16.0/appliances/Leap-16.0-Minimal-VM.s390x-s390x-Cloud-Build18.72.qcow2",
            [
                ("https://download.opensuse.org/distribution/leap/", "42.3/ 15.5/ 15.6/ 16.0/"),
                (
                    "https://download.opensuse.org/distribution/leap/16.0/appliances/",
                    "Leap-16.0-Minimal-VM.s390x-s390x-Cloud-Build18.9.qcow2 Leap-16.0-Minimal-VM.s390x-s390x-Cloud-Build18.72.qcow2 Leap-16.0-Minimal-VM.s390x-s390x-Cloud.qcow2"
                ),
                (
                    "https://download.opensuse.org/distribution/leap/16.0/appliances/Leap-16.0-Minimal-VM.s390x-s390x-Cloud-Build18.72.qcow2.sha256",
                    "SHA256  Leap-16.0-Minimal-VM.s390x-s390x-Cloud-Build18.72.qcow2\n"
                ),
            ]
        ),
        [("tumbleweed", "x86_64")] = (
            "https://download.opensuse.org/tumbleweed/appliances/openSUSE-Tumbleweed-Minimal-VM.x86_64-1.0.0-Cloud-Snapshot20261125.qcow2",
            [
                (
                    "https://download.opensuse.org/tumbleweed/appliances/",
                    "openSUSE-Tumbleweed-Minimal-VM.x86_64-1.0.0-Cloud-Snapshot20261125.qcow2 openSUSE-Tumbleweed-Minimal-VM.x86_64-1.0.0-kvm-and-xen-Snapshot20261126.qcow2"
                ),
                (
                    "https://download.opensuse.org/tumbleweed/appliances/openSUSE-Tumbleweed-Minimal-VM.x86_64-1.0.0-Cloud-Snapshot20261125.qcow2.sha256",
                    "SHA256  openSUSE-Tumbleweed-Minimal-VM.x86_64-1.0.0-Cloud-Snapshot20261125.qcow2\n"
                ),
            ]
        ),
        [("opensuse-tumbleweed", "aarch64")] = (
            "https://download.opensuse.org/ports/aarch64/tumbleweed/appliances/openSUSE-Tumbleweed-Minimal-VM.aarch64-1.0.0-Cloud-Snapshot20261125.qcow2",
            [
                (
                    "https://download.opensuse.org/ports/aarch64/tumbleweed/appliances/",
                    "openSUSE-Tumbleweed-Minimal-VM.aarch64-1.0.0-Cloud-Snapshot20261125.qcow2"
                ),
                (
                    "https://download.opensuse.org/ports/aarch64/tumbleweed/appliances/openSUSE-Tumbleweed-Minimal-VM.aarch64-1.0.0-Cloud-Snapshot20261125.qcow2.sha256",
                    "SHA256  openSUSE-Tumbleweed-Minimal-VM.aarch64-1.0.0-Cloud-Snapshot20261125.qcow2\n"
                ),
            ]
        ),
        [("arch", "x86_64")] = (
            "https://geo.mirror.pkgbuild.com/images/v20261115.470001/Arch-Linux-x86_64-cloudimg-20261115.470001.qcow2",
            [
                ("https://geo.mirror.pkgbuild.com/images/", "latest/ v20261101.461111/ v20261115.470001/"),
                (
                    "https://geo.mirror.pkgbuild.com/images/v20261115.470001/Arch-Linux-x86_64-cloudimg-20261115.470001.qcow2.SHA256",
                    "SHA256  Arch-Linux-x86_64-cloudimg-20261115.470001.qcow2\n"
                ),
            ]
        ),
        [("arch-basic", "x86_64")] = (
            "https://geo.mirror.pkgbuild.com/images/v20261115.470001/Arch-Linux-x86_64-basic-20261115.470001.qcow2",
            [
                ("https://geo.mirror.pkgbuild.com/images/", "v20261115.470001/"),
                (
                    "https://geo.mirror.pkgbuild.com/images/v20261115.470001/Arch-Linux-x86_64-basic-20261115.470001.qcow2.SHA256",
                    "SHA256  Arch-Linux-x86_64-basic-20261115.470001.qcow2\n"
                ),
            ]
        ),
        [("alpine_stable", "x86_64")] = (
            "https://dl-cdn.alpinelinux.org/alpine/v3.24/releases/cloud/alpine-3.24.2-x86_64-cloudinit-r0.qcow2",
            [
                (
                    "https://alpinelinux.org/releases.json",
                    "{\"latest_stable\": \"v3.24\", \"release_branches\": [{\"rel_branch\": \"edge\"}, {\"rel_branch\": \"v3.24\", \"releases\": []}, {\"rel_branch\": \"v3.9\"}]}"
                ),
                (
                    "https://dl-cdn.alpinelinux.org/alpine/v3.24/releases/cloud/",
                    "nocloud_alpine-3.24.1-x86_64-bios-cloudinit-r0.qcow2 alpine-3.24.2-x86_64-cloudinit-r0.qcow2 alpine-3.24.2-x86_64-cloudinit-metal-r0.qcow2"
                ),
                ("https://dl-cdn.alpinelinux.org/alpine/v3.24/releases/cloud/alpine-3.24.2-x86_64-cloudinit-r0.qcow2.sha512", "SHA512\n"),
            ]
        ),
        [("alpine-3.22", "x86_64")] = (
            "https://dl-cdn.alpinelinux.org/alpine/v3.22/releases/cloud/nocloud_alpine-3.22.10-x86_64-bios-cloudinit-r1.qcow2",
            [
                (
                    "https://dl-cdn.alpinelinux.org/alpine/v3.22/releases/cloud/",
                    "nocloud_alpine-3.22.4-x86_64-bios-cloudinit-r0.qcow2 nocloud_alpine-3.22.10-x86_64-bios-cloudinit-r1.qcow2 nocloud_alpine-3.22.10-x86_64-uefi-cloudinit-r1.qcow2 nocloud_alpine-3.22.10-x86_64-bios-tiny-r1.qcow2"
                ),
                (
                    "https://dl-cdn.alpinelinux.org/alpine/v3.22/releases/cloud/nocloud_alpine-3.22.10-x86_64-bios-cloudinit-r1.qcow2.sha512",
                    "SHA512"
                ),
            ]
        ),
        [("alpine-3.21-tiny", "aarch64")] = (
            "https://dl-cdn.alpinelinux.org/alpine/v3.21/releases/cloud/nocloud_alpine-3.21.7-aarch64-uefi-tiny-r0.qcow2",
            [
                ("https://dl-cdn.alpinelinux.org/alpine/v3.21/releases/cloud/", "nocloud_alpine-3.21.7-aarch64-uefi-tiny-r0.qcow2"),
                (
                    "https://dl-cdn.alpinelinux.org/alpine/v3.21/releases/cloud/nocloud_alpine-3.21.7-aarch64-uefi-tiny-r0.qcow2.sha512",
                    "SHA512"
                ),
            ]
        ),
        [("freebsd-15", "x86_64")] = (
            "https://download.freebsd.org/releases/VM-IMAGES/15.1-RELEASE/amd64/Latest/FreeBSD-15.1-RELEASE-amd64-BASIC-CLOUDINIT-ufs.qcow2.xz",
            [
                ("https://download.freebsd.org/releases/VM-IMAGES/", "14.4-RELEASE/ 15.0-RELEASE/ 15.1-RELEASE/"),
                (
                    "https://download.freebsd.org/releases/VM-IMAGES/15.1-RELEASE/amd64/Latest/",
                    "FreeBSD-15.1-RELEASE-amd64-BASIC-CLOUDINIT-ufs.qcow2.xz FreeBSD-15.1-RELEASE-amd64-ufs.qcow2.xz"
                ),
                (
                    "https://download.freebsd.org/releases/VM-IMAGES/15.1-RELEASE/amd64/Latest/CHECKSUM.SHA512",
                    "SHA512 (FreeBSD-15.1-RELEASE-amd64-BASIC-CLOUDINIT-ufs.qcow2.xz) = SHA512\n"
                ),
            ]
        ),
        [("freebsd-14.3-zfs", "aarch64")] = (
            "http://ftp-archive.freebsd.org/pub/FreeBSD-Archive/old-releases/VM-IMAGES/14.3-RELEASE/aarch64/Latest/FreeBSD-14.3-RELEASE-arm64-aarch64-BASIC-CLOUDINIT-zfs.qcow2.xz",
            [
                ("https://download.freebsd.org/releases/VM-IMAGES/", "15.0-RELEASE/ 15.1-RELEASE/"),
                ("http://ftp-archive.freebsd.org/pub/FreeBSD-Archive/old-releases/VM-IMAGES/", "13.1-RELEASE/ 14.3-RELEASE/"),
                (
                    "http://ftp-archive.freebsd.org/pub/FreeBSD-Archive/old-releases/VM-IMAGES/14.3-RELEASE/aarch64/Latest/",
                    "FreeBSD-14.3-RELEASE-arm64-aarch64-BASIC-CLOUDINIT-zfs.qcow2.xz"
                ),
                (
                    "http://ftp-archive.freebsd.org/pub/FreeBSD-Archive/old-releases/VM-IMAGES/14.3-RELEASE/aarch64/Latest/CHECKSUM.SHA512",
                    "SHA512 (FreeBSD-14.3-RELEASE-arm64-aarch64-BASIC-CLOUDINIT-zfs.qcow2.xz) = SHA512\n"
                ),
            ]
        ),
        [("gentoo-latest", "x86_64")] = (
            "https://distfiles.gentoo.org/releases/amd64/autobuilds/20261004T164559Z/di-amd64-cloudinit-20261004T164559Z.qcow2",
            [
                (
                    "https://distfiles.gentoo.org/releases/amd64/autobuilds/latest-di-amd64-cloudinit.txt",
                    "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n# Latest as of Sun, 04 Oct 2026\n20261004T164559Z/di-amd64-cloudinit-20261004T164559Z.qcow2 1500000000\n-----BEGIN PGP SIGNATURE-----\n"
                ),
                (
                    "https://distfiles.gentoo.org/releases/amd64/autobuilds/20261004T164559Z/di-amd64-cloudinit-20261004T164559Z.qcow2.sha256",
                    "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n# SHA256 HASH\nSHA256  di-amd64-cloudinit-20261004T164559Z.qcow2\n-----BEGIN PGP SIGNATURE-----\n"
                ),
            ]
        ),
        [("cirros", "x86_64")] = (
            "https://download.cirros-cloud.net/0.6.3/cirros-0.6.3-x86_64-disk.img",
            [
                ("https://download.cirros-cloud.net/version/released", "0.6.3\n"),
                ("https://download.cirros-cloud.net/0.6.3/MD5SUMS", "MD5  cirros-0.6.3-x86_64-disk.img\n"),
            ]
        ),
        [("flatcar", "x86_64")] = (
            "https://stable.release.flatcar-linux.net/amd64-usr/4593.2.5/flatcar_production_qemu_image.img",
            [
                (
                    "https://stable.release.flatcar-linux.net/amd64-usr/current/version.txt",
                    "FLATCAR_BUILD=4593\nFLATCAR_VERSION=4593.2.5\nFLATCAR_VERSION_ID=4593.2.5\n"
                ),
                (
                    "https://stable.release.flatcar-linux.net/amd64-usr/4593.2.5/flatcar_production_qemu_image.img.DIGESTS",
                    "# MD5 HASH\nMD5  flatcar_production_qemu_image.img\n# SHA512 HASH\nSHA512  flatcar_production_qemu_image.img\n"
                ),
            ]
        ),
        [("flatcar-beta", "aarch64")] = (
            "https://beta.release.flatcar-linux.net/arm64-usr/4757.1.0/flatcar_production_qemu_uefi_image.img",
            [
                ("https://beta.release.flatcar-linux.net/arm64-usr/current/version.txt", "FLATCAR_VERSION=4757.1.0\n"),
                (
                    "https://beta.release.flatcar-linux.net/arm64-usr/4757.1.0/flatcar_production_qemu_uefi_image.img.DIGESTS",
                    "# SHA512 HASH\nSHA512  flatcar_production_qemu_uefi_image.img\n"
                ),
            ]
        ),
        [("fcos", "x86_64")] = (
            "https://builds.coreos.fedoraproject.org/prod/streams/stable/builds/44.20260707.3.1/x86_64/fedora-coreos-44.20260707.3.1-qemu.x86_64.qcow2.xz",
            [
                (
                    "https://builds.coreos.fedoraproject.org/streams/stable.json",
                    "{\"stream\": \"stable\", \"architectures\": {\"x86_64\": {\"artifacts\": {\"qemu\": {\"release\": \"44.20260707.3.1\", \"formats\": {\"qcow2.xz\": {\"disk\": {\"location\": \"https://builds.coreos.fedoraproject.org/prod/streams/stable/builds/44.20260707.3.1/x86_64/fedora-coreos-44.20260707.3.1-qemu.x86_64.qcow2.xz\", \"sha256\": \"SHA256\", \"uncompressed-sha256\": \"OTHER256\"}}}}}}}}"
                ),
            ]
        ),
    };

    /// <summary>Puts the documents of one image, and the image.</summary>
    /// <returns>The path of the image.</returns>
    public static string Put(this FileServer server, (string Name, string Arch) image, byte[] disk)
    {
        var (url, documents) = All[image];
        foreach (var (at, text) in documents)
            server.Files[PathOf(at)] = Encoding.UTF8.GetBytes(Filled(text, disk));
        server.Files[PathOf(url)] = disk;
        return PathOf(url);
    }

    /// <summary>Where the server has what the publisher has at an address.</summary>
    public static string PathOf(string url) => new Uri(url) is var uri ? $"/{uri.Host}{uri.PathAndQuery}" : "";

    // Form and names first: "SHA256 (file) = SHA256" has the algorithm's name, too.
    static string Filled(string text, byte[] disk) =>
        string.Join(
            '\n',
            text.Split('\n')
                .Select(line =>
                {
#pragma warning disable CA5351 // as CirrOS has it
                    string Digest(string algorithm) =>
                        Convert.ToHexStringLower(
                            algorithm switch
                            {
                                "SHA512" => SHA512.HashData(disk),
                                "MD5" => MD5.HashData(disk),
                                _ => SHA256.HashData(disk),
                            }
                        );
#pragma warning restore CA5351
                    line = line.Replace("OTHER256", new string('0', 64), StringComparison.Ordinal)
                        .Replace("OTHER512", new string('0', 128), StringComparison.Ordinal);
                    foreach (var algorithm in (string[])["SHA512", "SHA256", "MD5"])
                    {
                        if (line.Contains("HASH", StringComparison.Ordinal) || line.StartsWith("Hash:", StringComparison.Ordinal))
                            continue;
                        line = line.StartsWith(algorithm + " (", StringComparison.Ordinal)
                            ? line.Replace($") = {algorithm}", $") = {Digest(algorithm)}", StringComparison.Ordinal)
                            : line.Replace(algorithm, Digest(algorithm), StringComparison.Ordinal);
                    }

                    return line;
                })
        );
}
