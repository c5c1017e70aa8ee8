package dev.atrium.file.directory;

import dev.atrium.file.StoredFile;
import dev.atrium.file.StoredFileCodec;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Directory of one file, which is created and deleted atomically. It contains {@code file.json}; {@code data}, the bytes, with
 * holes for missing chunks; and {@code present}, one byte for each chunk: not one bit, because two replicas that set two bits
 * of one byte would overwrite each other's. All methods block.
 */
record FileDirectory(Path path) {

    private static final Logger LOG = Logger.getLogger(FileDirectory.class);

    private static final String JSON = "file.json";
    private static final String DATA = "data";
    private static final String PRESENT = "present";
    private static final byte HERE = 1;

    /** Creates a file: fills a temporary directory and renames it. */
    static void create(Path root, StoredFile file) throws IOException {
        Path growing = Files.createTempDirectory(root, ".new-");
        try {
            Files.createFile(growing.resolve(DATA));
            Files.createFile(growing.resolve(PRESENT));
            Files.write(growing.resolve(JSON), StoredFileCodec.encode(file));
            Files.move(growing, root.resolve(file.id()), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            remove(growing);
            throw e;
        }
    }

    /** Reads the description; null if the file does not exist. */
    StoredFile find() throws IOException {
        try {
            return StoredFileCodec.decode(Files.readAllBytes(path.resolve(JSON)));
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** Writes a chunk, then its mark: a power failure leaves no marked half. Returns whether the file accepts chunks. */
    boolean write(long offset, int index, ByteBuffer bytes) throws IOException {
        StoredFile file = find();
        if (file == null || file.state() != StoredFile.State.UPLOADING) {
            return false;
        }
        try (FileChannel data = open(DATA, StandardOpenOption.WRITE);
                FileChannel present = open(PRESENT, StandardOpenOption.WRITE)) {
            put(data, bytes, offset);
            put(present, ByteBuffer.wrap(new byte[] { HERE }), index);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    BitSet present(int chunks) throws IOException {
        BitSet present = new BitSet(chunks);
        byte[] marks;
        try {
            marks = Files.readAllBytes(path.resolve(PRESENT));
        } catch (NoSuchFileException e) {
            return present;
        }
        for (int i = 0; i < Math.min(chunks, marks.length); i++) {
            present.set(i, marks[i] == HERE);
        }
        return present;
    }

    /** Reads a chunk; null if it is not stored. */
    byte[] read(StoredFile file, int index) throws IOException {
        try {
            if (!file.isComplete() && !isPresent(index)) {
                return null;
            }
            try (FileChannel data = open(DATA, StandardOpenOption.READ)) {
                ByteBuffer chunk = ByteBuffer.allocate(file.length(index));
                if (!fill(data, chunk, file.offset(index))) {
                    throw new EOFException(path + " is shorter than it was");
                }
                return chunk.array();
            }
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** Replaces the description, of a complete file after its data is flushed. Returns the stored one; null if it is gone. */
    StoredFile update(StoredFile file) throws IOException {
        StoredFile known = find();
        if (known == null || known.isAfter(file)) {
            return known;
        }
        try {
            if (file.isComplete()) {
                force(DATA);
                force(PRESENT);
            }
            // The verification of a large file takes longer than the sweep waits for a chunk.
            touch();
            describe(file);
            return file;
        } catch (NoSuchFileException e) {
            // Deleted meanwhile; the file must not be created again.
            return null;
        }
    }

    /** Removes the marks only. Truncating the data, too, would let a concurrent write mark a chunk that was cut off. */
    void clear(StoredFile file) throws IOException {
        StoredFile known = find();
        if (known == null || known.isComplete()) {
            return;
        }
        try (FileChannel present = open(PRESENT, StandardOpenOption.WRITE)) {
            present.truncate(0);
        } catch (NoSuchFileException e) {
            return;
        }
        touch();
        describe(file);
    }

    private void touch() throws IOException {
        Files.setLastModifiedTime(path.resolve(PRESENT), FileTime.fromMillis(System.currentTimeMillis()));
    }

    private void force(String name) throws IOException {
        try (FileChannel channel = open(name, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    private void describe(StoredFile file) throws IOException {
        replace(path.resolve(JSON), StoredFileCodec.encode(file));
        if (file.isComplete()) {
            forceNames();
        }
    }

    /** Replaces a file atomically. If that fails nothing is left behind: on a full disk each attempt would take an inode. */
    static void replace(Path file, byte[] content) throws IOException {
        Path growing = Files.createTempFile(file.getParent(), file.getFileName().toString(), null);
        try {
            try (FileChannel channel = FileChannel.open(growing, StandardOpenOption.WRITE)) {
                put(channel, ByteBuffer.wrap(content), 0);
                channel.force(true);
            }
            Files.move(growing, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            Files.deleteIfExists(growing);
            throw e;
        }
    }

    /** After a power failure the description of before could be back, and the sweep would delete a published file. */
    private void forceNames() {
        try (FileChannel directory = FileChannel.open(path, StandardOpenOption.READ)) {
            directory.force(true);
        } catch (IOException e) {
            // Not every system opens a directory.
        }
    }

    /** Time of the last write, epoch milliseconds; {@link Long#MAX_VALUE} if the file is gone. */
    long touched() throws IOException {
        try {
            return Files.getLastModifiedTime(path.resolve(PRESENT)).toMillis();
        } catch (NoSuchFileException e) {
            return Long.MAX_VALUE;
        }
    }

    /**
     * Renames the directory, so that the file disappears at once, and deletes it. Concurrent writes end up in the renamed
     * directory. If it cannot be deleted, as on NFS while the file is read, the sweep does so later.
     */
    void delete() throws IOException {
        Path leaving = path.resolveSibling(".gone-" + path.getFileName() + "-" + System.nanoTime());
        try {
            Files.move(path, leaving, StandardCopyOption.ATOMIC_MOVE);
        } catch (NoSuchFileException e) {
            return;
        }
        try {
            remove(leaving);
        } catch (IOException e) {
            LOG.debugf("The leftover %s is deleted later: %s", leaving, e.toString());
        }
    }

    /** Deletes a directory recursively. Another replica may do so concurrently. */
    static void remove(Path directory) throws IOException {
        List<Path> found;
        try (Stream<Path> all = Files.walk(directory)) {
            found = all.sorted(Comparator.reverseOrder()).toList();
        } catch (NoSuchFileException e) {
            return;
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        for (Path each : found) {
            Files.deleteIfExists(each);
        }
    }

    private boolean isPresent(int index) throws IOException {
        try (FileChannel present = open(PRESENT, StandardOpenOption.READ)) {
            ByteBuffer mark = ByteBuffer.allocate(1);
            return fill(present, mark, index) && mark.get(0) == HERE;
        }
    }

    private FileChannel open(String name, OpenOption option) throws IOException {
        return FileChannel.open(path.resolve(name), option);
    }

    private static void put(FileChannel channel, ByteBuffer bytes, long offset) throws IOException {
        ByteBuffer buffer = bytes.slice();
        while (buffer.hasRemaining()) {
            channel.write(buffer, offset + buffer.position());
        }
    }

    private static boolean fill(FileChannel channel, ByteBuffer buffer, long offset) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, offset + buffer.position()) < 0) {
                return false;
            }
        }
        return true;
    }
}
