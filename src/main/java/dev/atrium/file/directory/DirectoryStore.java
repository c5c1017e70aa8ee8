package dev.atrium.file.directory;

import dev.atrium.file.FileStore;
import dev.atrium.file.InFlightLimit;
import dev.atrium.file.SafeId;
import dev.atrium.file.StoredFile;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
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
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * File store in a directory. Several replicas may share it without locks: every step is atomic in the file system or can be
 * repeated. It has its own threads, so that a slow disk delays only files.
 */
public final class DirectoryStore implements FileStore, AutoCloseable {

    private static final Logger LOG = Logger.getLogger(DirectoryStore.class);
    private static final int THREADS = 8;

    /** Maximum time to create or delete a file; an older temporary directory is left over from a replica that died. */
    private static final Duration LEFT_OVER = Duration.ofMinutes(10);

    private final Root root;
    private final Disk disk;
    private final InFlightLimit backlog = new InFlightLimit();
    /** Its queue is unbounded, because the backlog is bounded. */
    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(THREADS, THREADS, 30, TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(), new DefaultThreadFactory("atrium-file", true));

    /** Published files, which do not change any more: a list of thousands does not read their descriptions again. */
    private final Map<String, StoredFile> published = new ConcurrentHashMap<>();

    private DirectoryStore(Root root, long reserve) {
        this.root = root;
        this.disk = new Disk(root.path(), reserve);
        threads.allowCoreThreadTimeOut(true);
    }

    /**
     * Opens the store in a directory, which is created if it does not exist.
     *
     * @param reserve bytes of its disk that are left free for other programs
     * @throws IOException if it cannot be created or written
     */
    public static DirectoryStore in(Path directory, long reserve) throws IOException {
        Root root = new Root(directory.toAbsolutePath(), false);
        root.make();
        root.probe();
        return new DirectoryStore(root, reserve);
    }

    /** Store in a directory that is created with the first file, and that only this process's user may read and write. */
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

    @Override
    public Uni<Boolean> isAbandoned(StoredFile file, long before) {
        return work(0, () -> directory(file.id()).touched() < before);
    }

    /** Accepts no more work; accepted work completes. */
    @Override
    public void close() {
        threads.shutdown();
    }

    private List<StoredFile> files() throws IOException {
        List<StoredFile> files = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (Path path : entries(SafeId::matches)) {
            String id = path.getFileName().toString();
            StoredFile known = published.get(id);
            StoredFile file = known != null ? known : readable(id);
            if (file != null) {
                files.add(file);
                if (file.state() == StoredFile.State.PUBLISHED) {
                    ids.add(id);
                    published.put(id, file);
                }
            }
        }
        published.keySet().retainAll(ids);
        return files;
    }

    /** A file that cannot be read must not fail the whole list. */
    private StoredFile readable(String id) {
        try {
            return directory(id).find();
        } catch (IOException | UncheckedIOException e) {
            LOG.warnf("The file in %s cannot be read and is skipped: %s", root.path().resolve(id), e.getMessage());
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
                LOG.debugf("Another replica has deleted the leftover %s", path);
            } catch (IOException e) {
                // One that cannot be deleted must not keep the job from abandoned uploads.
                LOG.warnf("The leftover %s cannot be deleted: %s", path, e.toString());
            }
        }
    }

    private List<Path> entries(Predicate<String> named) throws IOException {
        try (Stream<Path> all = Files.list(root.path())) {
            return all.filter(path -> named.test(path.getFileName().toString())).toList();
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    private FileDirectory directory(String id) {
        return new FileDirectory(root.path().resolve(SafeId.require(id)));
    }

    private <T> Uni<T> work(int bytes, Callable<T> work) {
        return backlog.queue(bytes, () -> task(bytes, work));
    }

    private <T> Uni<T> task(int bytes, Callable<T> work) {
        return Uni.createFrom().<T> emitter(emitter -> {
            try {
                root.requireTrusted();
                T result = work.call();
                // Another user may have made the directory while the work ran.
                root.requireTrusted();
                emitter.complete(result);
            } catch (IOException e) {
                emitter.fail(disk.explained(e, bytes));
            } catch (Exception e) {
                emitter.fail(e);
            }
        }).runSubscriptionOn(threads);
    }
}
