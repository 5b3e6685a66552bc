"""Whether a path lies on a network file system, where SQLite's shared memory does not reach from machine to machine."""

from pathlib import Path

__all__ = ["network_file_system"]

_MOUNTS = Path("/proc/self/mountinfo")
_NETWORK = {
    "nfs", "nfs3", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "ncpfs", "afs", "auristorfs", "coda", "lustre", "gpfs", "beegfs", "ceph",
    "glusterfs", "orangefs", "pvfs2", "panfs", "wekafs", "ocfs2", "gfs2", "9p", "drvfs", "vboxsf", "vmhgfs", "prl_fs", "sshfs", "davfs",
    "s3fs", "rclone", "gcsfuse", "goofys", "mount-s3", "juicefs", "cvmfs2", "moosefs", "mfs", "quobyte", "ipfs",
}  # fmt: skip


def network_file_system(path: Path) -> str | None:
    """The kind of network file system that a file lies on or would lie on, or None.

    Found by the longest mount point above it; where the system does not list its mounts (macOS, Windows) only a path that
    names another machine is known for one.
    """
    place = path.resolve()
    if str(place).startswith("\\\\"):
        return "smb"
    try:
        lines = _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return None
    best, kind = -1, ""
    for line in lines:
        before, _, after = line.partition(" - ")
        point = Path(_unescaped(before.split(" ")[4]))
        if len(point.parts) >= best and place.is_relative_to(point):  # of several on one point the last is the one seen
            best, kind = len(point.parts), after.split(" ")[0]
    plain = kind.removeprefix("fuse.").removeprefix("fuseblk.")
    return kind if plain in _NETWORK else None


def _unescaped(point: str) -> str:
    """A mount point as it is: spaces, tabs, line ends and backslashes are listed in octal digits."""
    for code in ("040", "011", "012", "134"):
        point = point.replace(f"\\{code}", chr(int(code, 8)))
    return point
