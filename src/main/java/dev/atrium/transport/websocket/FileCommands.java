package dev.atrium.transport.websocket;

import dev.atrium.file.Transfers;
import dev.atrium.file.UploadResult;
import dev.atrium.file.Uploader;
import dev.atrium.gateway.ErrorReply;
import dev.atrium.gateway.Gateway;
import dev.atrium.gateway.SendWindow;
import dev.atrium.session.Session;
import io.netty.buffer.ByteBuf;
import io.smallrye.mutiny.Uni;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.function.Function;

/**
 * The commands of the session protocol that move files. They wait for nothing but each other, so that what is said in rooms passes
 * by while a large file comes. On the session's event loop.
 */
final class FileCommands {

    static final String NAMES = "file.open, file.write, file.status, file.close, file.abort, file.read";

    /** In messages: it looks through all files there are. */
    private static final int COST_OF_OPENING = 100;

    /** With more on their way the client is read more slowly: a chunk in memory is one that is not on disk. */
    private static final int MOST_ON_THE_WAY = 16;

    private final Transfers transfers;
    private final Session session;
    private final SessionProtocol client;
    private final SendWindow window;
    private final Queue<Runnable> reads = new ArrayDeque<>();
    private final Set<String> closing = new HashSet<>();
    private boolean reading;

    /** @param client who is answered */
    FileCommands(Transfers transfers, Session session, SessionProtocol client) {
        this.transfers = transfers;
        this.session = session;
        this.client = client;
        this.window = new SendWindow(client.connection, session.loop()::run, MOST_ON_THE_WAY);
    }

    /**
     * Does it and answers it.
     *
     * @param bytes that came with it, lent for this call; or null
     * @throws ErrorReply if the command makes no sense
     */
    void execute(CommandFrame command, ByteBuf bytes) {
        Params params = command.params();
        Uploader uploader = Uploader.of(session);
        switch (command.cmd()) {
            case "file.open" -> {
                if (params.room == null) {
                    throw ErrorReply.parameter(400, "room", "expected a string");
                }
                client.gateway.charge(session, COST_OF_OPENING - 1, 0);
                answer(command, transfers.open(uploader, Gateway.room(session.namespace(), params.room), params.name, params.size,
                        params.type, params.sha256), opened -> FileReplies.transfer(command.seq(), opened));
            }
            case "file.write" -> {
                if (bytes == null) {
                    throw ErrorReply.badRequest("file.write: expected a binary frame, with the chunk after the line of JSON");
                }
                // As they came: copied, a large file would be a large heap.
                ByteBuf chunk = bytes.retain();
                answer(command, transfers.write(uploader, params.file, params.index, chunk.nioBuffer())
                        .onTermination().invoke(() -> chunk.release()), written -> Replies.ok(command.seq()));
            }
            case "file.status" -> answer(command, transfers.status(uploader, params.file),
                    transfer -> FileReplies.transfer(command.seq(), transfer));
            case "file.close" -> close(command, uploader);
            case "file.abort" -> answer(command, transfers.abort(uploader, params.file), done -> Replies.ok(command.seq()));
            case "file.read" -> read(command);
            default -> throw ErrorReply.badRequest("cmd: expected one of " + NAMES);
        }
    }

    /** A large file takes long to verify. A client that asks again meanwhile must not take up the whole window with it. */
    private void close(CommandFrame command, Uploader uploader) {
        String file = command.params().file;
        if (file != null && !closing.add(file)) {
            throw ErrorReply.unavailable("params.file: it is being verified, ask again later", true);
        }
        answer(command, transfers.close(uploader, file), closed -> closed(command, closed), () -> closing.remove(file));
    }

    private static byte[] closed(CommandFrame command, UploadResult closing) {
        return closing.missing().isEmpty() ? FileReplies.closed(command.seq(), closing)
                : FileReplies.missing(command.seq(), closing.missing());
    }

    /** One after the other, and none while the client has not taken the one before: its send queue is smaller than a file. */
    private void read(CommandFrame command) {
        Uni<byte[]> inTurn = Uni.createFrom().emitter(emitter -> {
            reads.add(() -> transfers.read(Uploader.of(session), command.params().file, command.params().index)
                    .subscribe().with(emitter::complete, emitter::fail));
            if (!reading) {
                nextRead();
            }
        });
        answer(command, inTurn, bytes -> FileReplies.chunk(command, bytes), this::nextRead);
    }

    private void nextRead() {
        Runnable next = reads.poll();
        reading = next != null;
        if (reading) {
            session.whenDrained(next);
        }
    }

    private <T> void answer(CommandFrame command, Uni<T> work, Function<T, byte[]> reply) {
        answer(command, work, reply, () -> { });
    }

    private <T> void answer(CommandFrame command, Uni<T> work, Function<T, byte[]> reply, Runnable next) {
        window.submit(work.map(reply),
                frame -> {
                    client.reply(command, frame);
                    next.run();
                },
                error -> {
                    client.refuse(command, error);
                    next.run();
                });
    }
}
