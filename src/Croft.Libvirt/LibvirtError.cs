namespace Croft.Libvirt;
