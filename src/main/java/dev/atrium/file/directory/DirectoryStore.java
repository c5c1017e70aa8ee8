package dev.atrium.file.directory;

import dev.atrium.file.Backlog;
import dev.atrium.file.FileStore;
import dev.atrium.file.SafeId;
import dev.atrium.file.StoredFile;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jboss.logging.Logger;

/**
 * Files in a directory. Several replicas may share it: nothing is locked, every step is one that the file system makes at
 * once or that can be made twice. It has threads of its own, so that a slow disk holds up nothing but files.
 */
public final class DirectoryStore implements FileStore, AutoCloseable {

    private static final Logger LOG = Logger.getLogger(DirectoryStore.class);
    private static final int THREADS = 8;

    /** What is being made or removed takes no longer, unless whoever does it has died over it. */
    private static final Duration LEFT_OVER = Duration.ofMinutes(10);

    private final Root root;
    private final Disk disk;
    private final Backlog backlog = new Backlog();
    private final ExecutorService threads = threads();

    /** Files that were said change no more, so that a list of thousands opens none of them again. */
    private final Map<String, StoredFile> whole = new ConcurrentHashMap<>();

    private DirectoryStore(Root root, long reserve) {
        this.root = root;
        this.disk = new Disk(root.path(), reserve);
    }

    /**
     * In that directory, which is made if there is none.
     *
     * @param reserve bytes that are left to others on its disk
     * @throws IOException if it cannot be made or written
     */
    public static DirectoryStore in(Path directory, long reserve) throws IOException {
        Root root = new Root(directory.toAbsolutePath(), false);
        root.make();
        root.probe();
        return new DirectoryStore(root, reserve);
    }

    /** In that directory, which is made when the first file comes, and read and written by nobody else. */
    public static DirectoryStore privatelyIn(Path directory, long reserve) {
        return new DirectoryStore(new Root(directory.toAbsolutePath(), true), reserve);
    }

    @Override
    public Uni<Void> create(StoredFile file) {
        return work(0, () -> {
            SafeId.require(file.id());
            root.make();
            disk.require(file.size());
            FileDirectory.create(root.path(), file);
            return null;
        });
    }

    @Override
    public Uni<StoredFile> find(String id) {
        return work(0, () -> SafeId.matches(id) ? directory(id).find() : null);
    }

    @Override
    public Uni<List<StoredFile>> list() {
        return work(0, this::files);
    }

    @Override
    public Uni<Boolean> write(StoredFile file, int index, ByteBuffer bytes) {
        int length = bytes.remaining();
        return backlog.pass(length, () -> task(length, () -> {
            disk.require(length);
            return directory(file.id()).write(file.offset(index), index, bytes);
        }));
    }

    @Override
    public Uni<BitSet> present(StoredFile file) {
        return work(0, () -> directory(file.id()).present(file.chunks()));
    }

    @Override
    public Uni<byte[]> read(StoredFile file, int index) {
        return work(file.length(index), () -> directory(file.id()).read(file, index));
    }

    @Override
    public Uni<StoredFile> update(StoredFile file) {
        return work(0, () -> directory(file.id()).update(file));
    }

    @Override
    public Uni<Void> clear(StoredFile file) {
        return work(0, () -> {
            directory(file.id()).clear(file);
            return null;
        });
    }

    @Override
    public Uni<Void> delete(StoredFile file) {
        return work(0, () -> {
            directory(file.id()).delete();
            return null;
        });
    }

    @Override
    public Uni<List<StoredFile>> abandoned(long before) {
        return work(0, () -> {
            removeLeftOver();
            List<StoredFile> abandoned = new ArrayList<>();
            for (StoredFile file : files()) {
                if (!file.isComplete() && directory(file.id()).touched() < before) {
                    abandoned.add(file);
                }
            }
            return abandoned;
        });
    }

    /** Takes nothing more; what was taken is written to its end. */
    @Override
    public void close() {
        threads.shutdown();
    }

    private List<StoredFile> files() throws IOException {
        List<StoredFile> files = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (Path path : entries(SafeId::matches)) {
            String id = path.getFileName().toString();
            StoredFile file = whole.get(id);
            if (file == null) {
                file = readable(id);
            }
            if (file != null) {
                files.add(file);
            }
            if (file != null && file.state() == StoredFile.State.SAID) {
                ids.add(id);
                whole.put(id, file);
            }
        }
        whole.keySet().retainAll(ids);
        return files;
    }

    /** One file that cannot be read must not hide all the others. */
    private StoredFile readable(String id) {
        try {
            return directory(id).find();
        } catch (IOException | UncheckedIOException e) {
            LOG.warnf("The file in %s is passed over: %s", root.path().resolve(id), e.getMessage());
            return null;
        }
    }

    private void removeLeftOver() throws IOException {
        long before = System.currentTimeMillis() - LEFT_OVER.toMillis();
        for (Path path : entries(name -> name.startsWith(".new-") || name.startsWith(".gone-"))) {
            try {
                if (Files.getLastModifiedTime(path).toMillis() < before) {
                    FileDirectory.remove(path);
                }
            } catch (NoSuchFileException e) {
                LOG.debugf("Another replica was faster: %s", path);
            }
        }
    }

    private List<Path> entries(Predicate<String> named) throws IOException {
        List<Path> entries = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(root.path(), path -> named.test(path.getFileName().toString()))) {
            stream.forEach(entries::add);
        } catch (NoSuchFileException e) {
            return List.of();
        }
        return entries;
    }

    private FileDirectory directory(String id) {
        return new FileDirectory(root.path().resolve(SafeId.require(id)));
    }

    private <T> Uni<T> work(int bytes, Work<T> work) {
        return backlog.queue(bytes, () -> task(bytes, work));
    }

    private <T> Uni<T> task(int bytes, Work<T> work) {
        return Uni.createFrom().<T>emitter(emitter -> {
            try {
                emitter.complete(work.run());
            } catch (IOException e) {
                emitter.fail(disk.explained(e, bytes));
            } catch (RuntimeException e) {
                emitter.fail(e);
            }
        }).runSubscriptionOn(threads);
    }

    private interface Work<T> {
        T run() throws IOException;
    }

    /** Their queue has an end, because the backlog has one. */
    private static ExecutorService threads() {
        AtomicInteger count = new AtomicInteger();
        ThreadPoolExecutor threads = new ThreadPoolExecutor(THREADS, THREADS, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread thread = new Thread(task, "atrium-file-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }
}
