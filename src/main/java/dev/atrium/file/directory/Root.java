package dev.atrium.file.directory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** The directory that all files are in. All of it blocks. */
final class Root {

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");

    private final Path path;
    private final boolean isPrivate;
    private volatile boolean trusted;

    /**
     * @param isPrivate whether anybody else's directory of that name is refused: where everybody may write, as in that for
     *     temporary files, somebody could have made it before, to read what comes
     */
    Root(Path path, boolean isPrivate) {
        this.path = path;
        this.isPrivate = isPrivate;
    }

    Path path() {
        return path;
    }

    /** Makes it, for its owner alone, if there is none, or none any more. */
    void make() throws IOException {
        if (!Files.isDirectory(path)) {
            trusted = false;
            Files.createDirectories(path, attributes());
        }
        if (isPrivate && isPosix() && !trusted) {
            trust();
        }
    }

    /** @throws IOException if it cannot be written */
    void probe() throws IOException {
        if (!Files.isDirectory(path)) {
            throw new NotDirectoryException(path.toString());
        }
        FileDirectory.remove(Files.createTempDirectory(path, ".new-"));
    }

    private void trust() throws IOException {
        // The name of the user may not be known to Java, as in many containers; what a file of its own says, is.
        Path own = Files.createTempFile("atrium", null);
        try {
            trusted = !Files.isSymbolicLink(path)
                    && Files.getOwner(path, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(own))
                    && OWNER_ONLY.containsAll(Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS));
        } finally {
            Files.delete(own);
        }
        if (!trusted) {
            throw new IOException(path + " is somebody else's, or others may read it: set atrium.file.directory to another one");
        }
    }

    private FileAttribute<?>[] attributes() {
        return isPosix() ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)} : new FileAttribute<?>[0];
    }

    private boolean isPosix() {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}
