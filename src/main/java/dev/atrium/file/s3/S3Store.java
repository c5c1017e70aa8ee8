package dev.atrium.file.s3;

import dev.atrium.file.FileStore;
import dev.atrium.file.InFlightLimit;
import dev.atrium.file.SafeId;
import dev.atrium.file.StoredFile;
import dev.atrium.file.StoredFileCodec;
import io.netty.channel.EventLoopGroup;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/**
 * File store in an S3 bucket: one object for each chunk, and one for the description, without which the file does not exist.
 * The description is written first and deleted first, and replaced only if it is the one that was read.
 */
public final class S3Store implements FileStore, AutoCloseable {

    private static final String JSON = "file.json";
    /** Form of the ids that the server makes, and of UUIDs: other programs may keep objects beside its files. */
    private static final Pattern GENERATED = Pattern.compile("[A-Za-z0-9_-]{24,36}");
    private static final Pattern CHUNK = Pattern.compile("0|[1-9][0-9]{0,6}");

    private final S3AsyncClient client;
    private final EventLoopGroup loops;
    final Bucket bucket;
    private final String prefix;
    private final InFlightLimit backlog = new InFlightLimit();

    /** Published files, which do not change any more: a list of thousands does not request their descriptions again. */
    private final Map<String, StoredFile> published = new ConcurrentHashMap<>();

    /**
     * @param loops event loops of the client
     * @param prefix of the key of each object
     */
    S3Store(S3AsyncClient client, EventLoopGroup loops, String bucket, String prefix) {
        this.client = client;
        this.loops = loops;
        this.bucket = new Bucket(client, bucket);
        this.prefix = prefix;
    }

    Uni<Void> check() {
        return bucket.exists();
    }

    @Override
    public Uni<Void> create(StoredFile file) {
        return backlog.queue(0, () -> bucket.put(json(SafeId.require(file.id())), body(file)));
    }

    @Override
    public Uni<StoredFile> find(String id) {
        return backlog.queue(0, () -> SafeId.matches(id) ? load(id) : Uni.createFrom().nullItem());
    }

    @Override
    public Uni<List<StoredFile>> list() {
        return backlog.queue(0, this::files);
    }

    @Override
    public Uni<Boolean> write(StoredFile file, int index, ByteBuffer bytes) {
        return backlog
                .pass(bytes.remaining(),
                        () -> load(file.id()).flatMap(known -> known == null || known.state() != StoredFile.State.UPLOADING
                                ? Uni.createFrom().item(false)
                                : put(file, index, bytes)));
    }

    /** Looks up the file again after the write: a chunk of a file that was deleted meanwhile would never be deleted. */
    private Uni<Boolean> put(StoredFile file, int index, ByteBuffer bytes) {
        return bucket.put(chunk(file, index), AsyncRequestBody.fromByteBuffer(bytes))
                .flatMap(written -> load(file.id()).onItem().ifNull()
                        .switchTo(() -> bucket.delete(chunk(file, index)).replaceWith((StoredFile) null)))
                .map(now -> now != null && now.state() == StoredFile.State.UPLOADING);
    }

    @Override
    public Uni<BitSet> present(StoredFile file) {
        return backlog.queue(0, () -> names(file.id()).collect().asList().map(names -> {
            BitSet present = new BitSet(file.chunks());
            if (names.contains(JSON)) {
                names.stream().filter(S3Store::isChunk).mapToInt(Integer::parseInt).forEach(present::set);
            }
            return present;
        }));
    }

    @Override
    public Uni<byte[]> read(StoredFile file, int index) {
        return backlog.queue(file.length(index), () -> bucket.get(chunk(file, index))
                .map(chunk -> chunk == null ? null : chunk.bytes()));
    }

    @Override
    public int readAhead() {
        return 8;
    }

    @Override
    public Uni<StoredFile> update(StoredFile file) {
        return backlog.queue(0, () -> replace(file, known -> known.isAfter(file), null));
    }

    /**
     * Removes the chunks that there are now, and no later ones. Not before the description is replaced: where another replica
     * has completed the file meanwhile, its chunks must stay. It is replaced even if nothing changes, because the age of the
     * newest object decides whether the upload is abandoned.
     */
    @Override
    public Uni<Void> clear(StoredFile file) {
        return backlog.queue(0, () -> chunkKeys(file.id())
                .flatMap(chunks -> replace(file, StoredFile::isComplete, null)
                        .flatMap(now -> file.equals(now) ? bucket.delete(chunks) : Uni.createFrom().voidItem())));
    }

    @Override
    public Uni<Void> delete(StoredFile file) {
        published.remove(file.id());
        return backlog.queue(0,
                () -> bucket.delete(json(SafeId.require(file.id()))).flatMap(removed -> removeChunks(file.id())));
    }

    @Override
    public Uni<List<StoredFile>> abandoned(long before) {
        return backlog.queue(0, () -> ids().filter(id -> !published.containsKey(id))
                .onItem()
                .transformToUni(id -> rests(id, Instant.ofEpochMilli(before))
                        .flatMap(rests -> rests ? incoming(id) : Uni.createFrom().nullItem()))
                .merge(Bucket.TOGETHER).collect().asList());
    }

    @Override
    public Uni<Boolean> isAbandoned(StoredFile file, long before) {
        return backlog.queue(0, () -> rests(SafeId.require(file.id()), Instant.ofEpochMilli(before)));
    }

    @Override
    public void close() {
        client.close();
        // Not at once, because the client closes its connections on these event loops, without waiting for that.
        loops.shutdownGracefully(1, 5, TimeUnit.SECONDS);
    }

    /**
     * Replaces the description of a file, unless it is gone, or what another replica has made of it has to stay. Without a
     * condition a write would bring back a file that was deleted meanwhile, without its chunks.
     *
     * @param refused tag that the service has refused; if it is still the tag, the service does not compare tags as it should
     * @return the description that is stored then, or null if the file is gone
     */
    private Uni<StoredFile> replace(StoredFile file, Predicate<StoredFile> stays, String refused) {
        String key = json(SafeId.require(file.id()));
        return bucket.get(key).flatMap(content -> {
            StoredFile known = decoded(content);
            if (known == null || stays.test(known)) {
                return Uni.createFrom().item(known);
            }
            if (refused != null && refused.equals(content.tag())) {
                return bucket.put(key, body(file)).replaceWith(file);
            }
            return bucket.replace(key, content.tag(), body(file))
                    .flatMap(replaced -> replaced ? Uni.createFrom().item(file) : replace(file, stays, content.tag()));
        });
    }

    private Uni<List<StoredFile>> files() {
        Set<String> ids = ConcurrentHashMap.newKeySet();
        return ids().invoke(ids::add)
                .onItem().transformToUni(id -> {
                    StoredFile file = published.get(id);
                    return file == null ? load(id) : Uni.createFrom().item(file);
                }).merge(Bucket.TOGETHER)
                .invoke(file -> {
                    if (file.state() == StoredFile.State.PUBLISHED) {
                        published.put(file.id(), file);
                    }
                })
                .collect().asList()
                .invoke(() -> published.keySet().retainAll(ids));
    }

    private Multi<String> ids() {
        return bucket.directories(prefix).filter(id -> GENERATED.matcher(id).matches());
    }

    private Uni<StoredFile> load(String id) {
        return bucket.get(json(id)).map(S3Store::decoded);
    }

    private static StoredFile decoded(Bucket.Content content) {
        return content == null ? null : StoredFileCodec.decode(content.bytes());
    }

    /** Null if the file is complete, or if only chunks are left of an interrupted deletion: these are deleted now. */
    private Uni<StoredFile> incoming(String id) {
        return load(id).flatMap(file -> {
            if (file == null) {
                return removeChunks(id).replaceWith((StoredFile) null);
            }
            return Uni.createFrom().item(file.isComplete() ? null : file);
        });
    }

    private Uni<Boolean> rests(String id, Instant before) {
        return bucket.entries(prefix + id + "/").map(Bucket.Entry::modified).collect().asList()
                .map(times -> times.stream().max(Comparator.naturalOrder()).map(newest -> newest.isBefore(before))
                        .orElse(false));
    }

    private Uni<Void> removeChunks(String id) {
        return chunkKeys(id).flatMap(bucket::delete);
    }

    /** All of them, before the first deletion: with some services the next page begins after a key that has to exist still. */
    private Uni<List<String>> chunkKeys(String id) {
        return names(id).filter(S3Store::isChunk).map(name -> prefix + id + "/" + name).collect().asList();
    }

    private static boolean isChunk(String name) {
        return CHUNK.matcher(name).matches();
    }

    /** Keys of the file's objects, without the prefix and the id. */
    private Multi<String> names(String id) {
        int length = prefix.length() + SafeId.require(id).length() + 1;
        return bucket.entries(prefix + id + "/").map(entry -> entry.key().substring(length));
    }

    private static AsyncRequestBody body(StoredFile file) {
        return AsyncRequestBody.fromBytes(StoredFileCodec.encode(file));
    }

    private String json(String id) {
        return prefix + id + "/" + JSON;
    }

    private String chunk(StoredFile file, int index) {
        return prefix + SafeId.require(file.id()) + "/" + index;
    }
}
