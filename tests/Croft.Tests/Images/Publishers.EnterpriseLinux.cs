namespace Croft.Tests.Images;

static partial class Publishers
{
    static Dictionary<(string Name, string Arch), (string Url, (string At, string Text)[] Documents)> EnterpriseLinux() =>
        new()
        {
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
        };
}
