# shellcheck shell=sh disable=SC2154 # read by finish.sh: root, out, work, suite, arch, flavour, seed
# Makes the image of a container: one archive of metadata.yaml, templates and rootfs, as LXD and Incus take it.
# The service writes the seed, which is in its instance's configuration, at each start; only root may read the folder of it.
case $arch in
  amd64) machine=x86_64 ;;
  arm64) machine=aarch64 ;;
  armhf) machine=armv7l ;;
  i386) machine=i686 ;;
  ppc64el) machine=ppc64le ;;
  *) machine=$arch ;;
esac
unified=$work/unified
mkdir -p "$unified/templates" "$unified/rootfs"
{
  printf 'architecture: %s\ncreation_date: 1\nproperties:\n  os: Debian\n  release: %s\n  variant: %s\n' "$machine" "$suite" "$flavour"
  printf '  description: Debian %s, %s, by Croft\ntemplates:\n' "$suite" "$flavour"
  for file in meta-data user-data network-config; do
    printf '  %s/%s:\n    when: [create, copy, start]\n    template: %s.tpl\n' "$seed" "$file" "$file"
    printf '{{ config_get("user.%s", "") }}' "$file" >"$unified/templates/$file.tpl"
  done
} >"$unified/metadata.yaml"
mkdir -p "$root$seed"
chmod 700 "$root$seed"
mount --bind "$root" "$unified/rootfs"
for folder in dev proc sys run; do mount -t tmpfs -o mode=755 none "$unified/rootfs/$folder"; done
mount -t tmpfs -o mode=1777 none "$unified/rootfs/tmp"
# A tmpfs is left out but for its folder.
tar -C "$unified" --numeric-owner --xattrs --xattrs-include='*' --sort=name -cf - metadata.yaml templates rootfs | zstd -q -T0 -3 -o "$out/root.tar.zst"
for folder in tmp run sys proc dev ''; do umount "$unified/rootfs/$folder"; done

cat >"$out/manifest.json" <<END
{ "suite": "$suite", "arch": "$arch", "flavour": "$flavour", "kernel": "", "efiKernel": "", "initrd": "", "disk": "root.tar.zst", "console": "console", "arguments": "" }
END
