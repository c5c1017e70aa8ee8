package dev.atrium.file.directory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Root directory of all files. All methods block. */
final class Root {

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");

    private final Path path;
    private final boolean isPrivate;
    /** Inode of the directory that was found to be this process's own. */
    private volatile Object trusted;

    /**
     * @param isPrivate whether a directory of another owner is rejected: in a directory where everyone may write, like that for
     *        temporary files, another user could have created it before, to read the files
     */
    Root(Path path, boolean isPrivate) {
        this.path = path;
        this.isPrivate = isPrivate;
    }

    Path path() {
        return path;
    }

    /** Creates the directory, with access for its owner alone, if it does not exist or has been deleted. */
    void make() throws IOException {
        if (!Files.isDirectory(path)) {
            Files.createDirectories(path, attributes());
        }
        requireTrusted();
    }

    /**
     * Checks who owns the directory, if there is one: the user that has made it could have put files and links there, which the
     * service would serve as its own.
     *
     * @throws IOException if it is another user's, or others may read or write it
     */
    void requireTrusted() throws IOException {
        if (!isPrivate || !isPosix()) {
            return;
        }
        Object inode;
        try {
            inode = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).fileKey();
        } catch (NoSuchFileException e) {
            return;
        }
        if (!inode.equals(trusted)) {
            trust();
            trusted = inode;
        }
    }

    /** @throws IOException if the directory cannot be written */
    void probe() throws IOException {
        if (!Files.isDirectory(path)) {
            throw new NotDirectoryException(path.toString());
        }
        FileDirectory.remove(Files.createTempDirectory(path, ".new-"));
    }

    private void trust() throws IOException {
        // Java may not know the process's user, as in many containers; the owner of a file that the process creates is known.
        Path own = Files.createTempFile("atrium", null);
        try {
            if (Files.isSymbolicLink(path) || !Files.getOwner(path, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(own))
                    || !OWNER_ONLY.containsAll(Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS))) {
                throw new IOException(
                        path + " is somebody else's, or others may read it: set atrium.file.directory to another one");
            }
        } finally {
            Files.delete(own);
        }
    }

    private FileAttribute<?>[] attributes() {
        return isPosix() ? new FileAttribute<?>[] { PosixFilePermissions.asFileAttribute(OWNER_ONLY) }
                : new FileAttribute<?>[0];
    }

    private boolean isPosix() {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}
