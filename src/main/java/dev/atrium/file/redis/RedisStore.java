package dev.atrium.file.redis;

import dev.atrium.file.FileStore;
import dev.atrium.file.InFlightLimit;
import dev.atrium.file.StoredFile;
import dev.atrium.file.StoredFileCodec;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.smallrye.mutiny.vertx.UniHelper;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** File store in Redis 6.2 or later, for replicas that share no disk. Keys expire even if no replica deletes them. */
public final class RedisStore implements FileStore, AutoCloseable {

    private final FileConnection link;
    private final FileKeys keys;
    private final long ttlMillis;
    private final InFlightLimit backlog = new InFlightLimit();

    /**
     * Creates the store; it connects with the first file.
     *
     * @param ttl after which untouched keys expire
     */
    public RedisStore(Redis redis, Vertx vertx, String prefix, Duration ttl) {
        this.link = new FileConnection(redis, vertx);
        this.keys = new FileKeys(prefix);
        this.ttlMillis = ttl.toMillis();
    }

    @Override
    public Uni<Void> create(StoredFile file) {
        FileScript.Call call = FileScript.CREATE.call(List.of(keys.files(), keys.touched()),
                request -> request.arg(file.id()).arg(json(file)).arg(ttlMillis));
        return send(0, () -> link.send(call)).replaceWithVoid();
    }

    @Override
    public Uni<StoredFile> find(String id) {
        return send(0, () -> link.send(Request.cmd(Command.HGET).arg(keys.files()).arg(id)))
                .map(json -> json == null ? null : file(json));
    }

    @Override
    public Uni<List<StoredFile>> list() {
        return send(0, () -> link.send(Request.cmd(Command.HVALS).arg(keys.files())))
                // Decoding thousands of descriptions would block the connection's event loop.
                .emitOn(Infrastructure.getDefaultWorkerPool()).map(RedisStore::files);
    }

    @Override
    public Uni<Boolean> write(StoredFile file, int index, ByteBuffer bytes) {
        return backlog.pass(bytes.remaining(), () -> {
            Buffer chunk = copy(bytes);
            return UniHelper.toUni(run(FileScript.WRITE, file, request -> request.arg(index).arg(chunk).arg(ttlMillis)));
        }).map(there -> there.toInteger() == 1);
    }

    @Override
    public Uni<BitSet> present(StoredFile file) {
        return send(0, () -> link.send(Request.cmd(Command.HKEYS).arg(keys.chunks(file.id())))).map(indexes -> {
            BitSet present = new BitSet(file.chunks());
            indexes.forEach(index -> present.set(index.toInteger()));
            return present;
        });
    }

    @Override
    public Uni<byte[]> read(StoredFile file, int index) {
        return send(file.length(index), () -> link.send(Request.cmd(Command.HGET).arg(keys.chunks(file.id())).arg(index)))
                .map(chunk -> chunk == null ? null : chunk.toBytes());
    }

    @Override
    public Uni<StoredFile> update(StoredFile file) {
        return send(0, () -> run(FileScript.UPDATE, file,
                request -> request.arg(json(file)).arg(ttlMillis).arg(file.isComplete() ? 1 : 0)))
                .map(json -> json == null ? null : file(json));
    }

    @Override
    public Uni<Void> clear(StoredFile file) {
        return send(0, () -> run(FileScript.CLEAR, file, request -> request.arg(json(file)))).replaceWithVoid();
    }

    @Override
    public Uni<Void> delete(StoredFile file) {
        return send(0, () -> run(FileScript.DELETE, file, UnaryOperator.identity())).replaceWithVoid();
    }

    @Override
    public Uni<List<StoredFile>> abandoned(long before) {
        FileScript.Call call = FileScript.ABANDONED.call(List.of(keys.files(), keys.touched()), request -> request.arg(before));
        return send(0, () -> link.send(call)).emitOn(Infrastructure.getDefaultWorkerPool()).map(RedisStore::files);
    }

    @Override
    public Uni<Boolean> isAbandoned(StoredFile file, long before) {
        return send(0, () -> link.send(Request.cmd(Command.HGET).arg(keys.touched()).arg(file.id())))
                .map(touched -> touched != null && touched.toLong() < before);
    }

    @Override
    public void close() {
        link.close();
    }

    private Future<Response> run(FileScript script, StoredFile file, UnaryOperator<Request> more) {
        return link.send(script.call(List.of(keys.files(), keys.touched(), keys.chunks(file.id())),
                request -> more.apply(request.arg(file.id()))));
    }

    private Uni<Response> send(int bytes, Supplier<Future<Response>> work) {
        return backlog.queue(bytes, () -> UniHelper.toUni(work.get()));
    }

    /** A copy, because a queued request must not change when the caller reuses its buffer, after a failure for example. */
    private static Buffer copy(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return Buffer.buffer(copy);
    }

    private static Buffer json(StoredFile file) {
        return Buffer.buffer(StoredFileCodec.encode(file));
    }

    private static StoredFile file(Response json) {
        return StoredFileCodec.decode(json.toBytes());
    }

    private static List<StoredFile> files(Response all) {
        return all.stream().map(RedisStore::file).toList();
    }
}
