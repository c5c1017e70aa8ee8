package dev.atrium.file;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.atrium.backplane.BackplaneUnavailableException;
import dev.atrium.gateway.AccessControl;
import dev.atrium.gateway.ErrorReply;
import dev.atrium.gateway.ThrottledLog;
import dev.atrium.room.RandomName;
import dev.atrium.room.RoomId;
import dev.atrium.security.Permission;
import dev.atrium.session.Requester;
import io.smallrye.mutiny.Uni;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Uploads and downloads of files, as {@link FileCommand}s ask for them. Permissions are checked by {@link AccessControl},
 * quotas by {@link Quotas}. A client proves that it is the sender by the file's id, which no other client knows until the file
 * is complete and can no longer change.
 *
 * <p>
 * Any thread; what is returned completes on any thread. A {@code Uni} that fails with an {@link ErrorReply} carries the error
 * for the client.
 */
public final class Transfers {

    private static final ThrottledLog LOG = new ThrottledLog(Logger.getLogger(Transfers.class));
    private static final int ID_CHARACTERS = 24;

    private static final int MAX_WAITING = 256;

    private static final Duration REMEMBERED = Duration.ofMinutes(1);
    private static final int MAX_REMEMBERED = 10_000;

    private static final int CONFLICT = 409;
    private static final int UNPROCESSABLE = 422;
    private static final int FULL = 507;

    private final FileStore store;
    private final AccessControl access;
    private final FilePublisher publisher;
    private final Quotas quotas;
    private final int chunk;
    private final Clock clock;
    private final Verification verification;
    /** Uploads of this replica begin one after the other, so that two cannot both take the last of a quota. */
    private final AsyncSemaphore openings = new AsyncSemaphore(1, MAX_WAITING);
    private final ChunkWrites writes = new ChunkWrites();
    private final AtomicLong received = new AtomicLong();
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong completed = new AtomicLong();
    private final AtomicLong full = new AtomicLong();

    /** Uploads in progress; saves one lookup in the store per chunk. */
    private final Cache<String, StoredFile> coming = Caffeine.newBuilder()
            .expireAfterAccess(REMEMBERED).maximumSize(MAX_REMEMBERED).build();

    /**
     * @param store null for a server without files: every operation fails with 404
     * @param chunk bytes of each chunk but the last
     */
    Transfers(FileStore store, AccessControl access, FilePublisher publisher, Quotas quotas, int chunk, Clock clock) {
        this.store = store;
        this.access = access;
        this.publisher = publisher;
        this.quotas = quotas;
        this.chunk = chunk;
        this.clock = clock;
        this.verification = new Verification(store);
    }

    /** Transfers of a server without files: every operation fails with 404. */
    public static Transfers none(AccessControl access) {
        return new Transfers(null, access, null, null, 1, Clock.systemUTC());
    }

    Uni<Transfer> open(Uploader uploader, RoomId room, String name, Long size, String type, String sha256) {
        return answered(() -> {
            FileRequest request = FileRequest.of(name, size, type, sha256);
            // With a store that does not answer, each opening that waits would fail only when it has waited itself, too.
            return openings.take(1, () -> store().list()
                    .onFailure(failure -> !(failure instanceof RejectedExecutionException)).invoke(openings::failWaiting)
                    .chain(all -> begin(uploader, room, request, all)));
        });
    }

    private Uni<Transfer> begin(Uploader uploader, RoomId room, FileRequest request, List<StoredFile> all) {
        String session = uploader.self().id();
        String user = uploader.self().user();
        StoredFile begun = all.stream().filter(file -> !file.isComplete() && file.roomId().equals(room)
                && request.isFor(file, session, user)).findFirst().orElse(null);
        if (begun != null) {
            return transfer(begun);
        }
        StoredFile file = new StoredFile(RandomName.of(ID_CHARACTERS), room.namespace(), room.name(), request.name(),
                request.size(), request.type(), request.sha256(), session, user, uploader.address(), chunk, clock.millis(), 0,
                StoredFile.State.UPLOADING);
        quotas.check(all, file);
        return store.create(file).map(created -> new Transfer(file, ChunkRange.missing(new BitSet(), file.chunks())));
    }

    Uni<Void> write(Uploader uploader, String id, Long index, ByteBuffer bytes) {
        return answered(() -> coming(uploader, id).chain(file -> write(file, index, bytes)));
    }

    private Uni<Void> write(StoredFile file, Long index, ByteBuffer bytes) {
        int number = chunkNumber(file, index);
        int length = file.length(number);
        if (bytes.remaining() != length) {
            throw ErrorReply
                    .badRequest("bytes: expected " + length + " of them in chunk " + index + ", got " + bytes.remaining());
        }
        return writes.write(file.id(), () -> store.write(file, number, bytes), Transfers::takesNoMore)
                .chain(taken -> {
                    if (taken) {
                        received.addAndGet(length);
                        return Uni.createFrom().voidItem();
                    }
                    coming.invalidate(file.id());
                    // Another replica has deleted or completed the upload.
                    return store.find(file.id()).map(now -> {
                        throw now == null ? unknown() : takesNoMore();
                    });
                });
    }

    private Uni<StoredFile> coming(Uploader uploader, String id) {
        StoredFile known = id == null ? null : coming.getIfPresent(id);
        return (known != null ? Uni.createFrom().item(known) : find(uploader, id)).invoke(file -> {
            if (!file.namespace().equals(uploader.namespace())) {
                throw unknown();
            }
            require(uploader, file);
            if (file.state() != StoredFile.State.UPLOADING) {
                throw takesNoMore();
            }
            coming.put(id, file);
        });
    }

    /** State of an upload; a complete file has no missing chunks. */
    Uni<Transfer> status(Uploader uploader, String id) {
        return answered(() -> find(uploader, id).chain(file -> {
            require(uploader, file);
            return file.isComplete() ? Uni.createFrom().item(new Transfer(file, List.of())) : transfer(file);
        }));
    }

    /**
     * Completes an upload: verifies the file and publishes it in the room, if no chunk is missing. A repeated call has the same
     * result.
     *
     * @return the missing chunks, if there are any, or the stream position at which the file was published
     */
    Uni<UploadResult> close(Uploader uploader, String id) {
        return answered(() -> find(uploader, id).chain(file -> {
            access.require(uploader, file.roomId(), Permission.SEND);
            if (file.isComplete()) {
                return publisher.close(uploader, file);
            }
            return transfer(file).chain(transfer -> transfer.missing().isEmpty() ? seal(uploader, file)
                    : Uni.createFrom().item(UploadResult.missing(transfer)));
        }));
    }

    /** From now on no chunk is accepted, so that the verified bytes are the final ones. */
    private Uni<UploadResult> seal(Uploader uploader, StoredFile file) {
        coming.invalidate(file.id());
        return writes.seal(file.id(), () -> update(file.as(StoredFile.State.SEALED)),
                () -> ErrorReply.unavailable(
                        "file: chunks of it are still being stored, or it is being verified; ask again later", true))
                .chain(now -> now.isComplete() ? publisher.close(uploader, now) : verify(uploader, now));
    }

    private Uni<UploadResult> verify(Uploader uploader, StoredFile file) {
        return verification.sha256(file).chain(digest -> {
            if (file.sha256() != null && !file.sha256().equals(digest)) {
                return store.clear(file.as(StoredFile.State.UPLOADING))
                        .chain(cleared -> Uni.createFrom().failure(new ErrorReply(UNPROCESSABLE,
                                "sha256: expected " + file.sha256() + ", got " + digest + "; all of it is missing again")));
            }
            return update(file.completed(digest, clock.millis())).chain(now -> {
                if (now.state() == StoredFile.State.VERIFIED) {
                    completed.incrementAndGet();
                }
                return publisher.close(uploader, now);
            });
        });
    }

    private Uni<StoredFile> update(StoredFile file) {
        return store.update(file).onItem().ifNull().failWith(Transfers::unknown);
    }

    Uni<Void> abort(Uploader uploader, String id) {
        return answered(() -> find(uploader, id).chain(file -> {
            require(uploader, file);
            if (file.isComplete()) {
                throw takesNoMore();
            }
            coming.invalidate(id);
            return store.delete(file);
        }));
    }

    Uni<byte[]> read(Uploader uploader, String id, Long index) {
        return answered(() -> find(uploader, id).chain(file -> {
            require(uploader, file);
            return read(file, chunkNumber(file, index));
        }));
    }

    private static int chunkNumber(StoredFile file, Long index) {
        if (file.chunks() == 0) {
            throw ErrorReply.parameter(400, "index", "expected none, because the file is empty and has no chunks");
        }
        if (index == null || index < 0 || index >= file.chunks()) {
            throw ErrorReply.parameter(400, "index", "expected the number of a chunk, from 0 to " + (file.chunks() - 1));
        }
        return index.intValue();
    }

    /** One chunk of a file that was looked up before. */
    public Uni<byte[]> read(StoredFile file, int index) {
        return answered(() -> store.read(file, index).onItem().ifNull().failWith(Transfers::unknown))
                .invoke(bytes -> sent.addAndGet(bytes.length));
    }

    Uni<StoredFile> find(RoomId room, String id) {
        return answered(() -> known(id, room.namespace()).invoke(file -> {
            if (!file.isComplete() || !file.roomId().equals(room)) {
                throw unknown();
            }
        }));
    }

    Uni<Void> delete(Requester client, RoomId room, String id, Consumer<StoredFile> condition) {
        return find(room, id).chain(file -> answered(() -> {
            if (file.user() == null || !file.user().equals(client.caller().identity().user())) {
                access.require(client, room, Permission.ADMIN);
            }
            condition.accept(file);
            return store.delete(file);
        }));
    }

    /** Bytes of chunks received since startup. */
    public long received() {
        return received.get();
    }

    /** Bytes of chunks sent since startup. */
    public long sent() {
        return sent.get();
    }

    /** Operations that failed since startup because the store was full. */
    public long full() {
        return full.get();
    }

    public long completed() {
        return completed.get();
    }

    private void require(Uploader uploader, StoredFile file) {
        access.require(uploader, file.roomId(), file.isComplete() ? Permission.JOIN : Permission.SEND);
    }

    private Uni<StoredFile> find(Uploader uploader, String id) {
        if (id == null) {
            throw ErrorReply.parameter(400, "file", "expected a string");
        }
        return known(id, uploader.namespace());
    }

    /** A client of another namespace must not learn that the file exists. */
    private Uni<StoredFile> known(String id, String namespace) {
        if (!SafeId.matches(id)) {
            throw unknown();
        }
        return store().find(id).invoke(file -> {
            if (file == null || !file.namespace().equals(namespace)) {
                throw unknown();
            }
        });
    }

    /** Returns the store for the first step of an operation, which a server without files does not get beyond. */
    private FileStore store() {
        if (store == null) {
            throw new ErrorReply(404, "file: this server keeps no files");
        }
        return store;
    }

    /** A sealed upload whose chunks were lost or half removed begins anew: otherwise it could never be finished. */
    private Uni<Transfer> transfer(StoredFile file) {
        return present(file).chain(transfer -> {
            if (file.state() != StoredFile.State.SEALED || transfer.missing().isEmpty()) {
                return Uni.createFrom().item(transfer);
            }
            StoredFile again = file.as(StoredFile.State.UPLOADING);
            return store.clear(again).chain(() -> present(again));
        });
    }

    private Uni<Transfer> present(StoredFile file) {
        return store.present(file).map(present -> new Transfer(file, ChunkRange.missing(present, file.chunks())));
    }

    private <T> Uni<T> answered(Supplier<Uni<T>> work) {
        return Uni.createFrom().deferred(work::get).onFailure().transform(this::error);
    }

    private ErrorReply error(Throwable failure) {
        if (failure instanceof ErrorReply || failure instanceof BackplaneUnavailableException) {
            return ErrorReply.of(failure);
        }
        if (failure instanceof RejectedExecutionException) {
            return ErrorReply.unavailable("too much is on its way, try again later", true);
        }
        if (failure instanceof StoreFullException) {
            full.incrementAndGet();
            LOG.warn("A file was refused: " + failure.getMessage());
            return new ErrorReply(FULL, failure.getMessage());
        }
        LOG.warn("The file store failed: " + failure);
        return ErrorReply.unavailable("files cannot be reached, try again later", true);
    }

    private static ErrorReply takesNoMore() {
        return ErrorReply.parameter(CONFLICT, "file", "all of it is there, and it can change no more");
    }

    private static ErrorReply unknown() {
        return new ErrorReply(404, "file: there is none of that id");
    }
}
