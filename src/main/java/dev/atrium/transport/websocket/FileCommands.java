package dev.atrium.transport.websocket;

import dev.atrium.file.FileCommand;
import dev.atrium.file.Transfers;
import dev.atrium.file.UploadResult;
import dev.atrium.gateway.Cost;
import dev.atrium.gateway.ErrorReply;
import dev.atrium.gateway.Gateway;
import dev.atrium.gateway.SendWindow;
import dev.atrium.room.RoomId;
import dev.atrium.session.Session;
import io.netty.buffer.ByteBuf;
import io.smallrye.mutiny.Uni;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.function.Function;

/**
 * The file commands of the session protocol. They wait only for each other, so that messages of rooms are not delayed by a
 * large upload. On the session's event loop.
 */
final class FileCommands {

    static final String NAMES = "file.open, file.write, file.status, file.close, file.abort, file.read";

    /** Cost of {@code file.open} in messages: it looks through all files. */
    private static final int COST_OF_OPENING = 100;

    /** Maximum number of commands in progress before the client is read more slowly: a chunk in progress is held in memory. */
    static final int MAX_IN_PROGRESS = 16;

    private static final Runnable NOTHING = () -> {
    };

    private final Transfers transfers;
    private final Gateway gateway;
    private final Session session;
    private final ReplySender replies;
    private final SendWindow window;
    private final int costOfOpening;
    private final Queue<Runnable> reads = new ArrayDeque<>();
    private final Set<String> closing = new HashSet<>();
    private boolean reading;

    /** @param window holds {@link #MAX_IN_PROGRESS} commands */
    FileCommands(SocketServices services, Session session, SendWindow window, ReplySender replies) {
        this.transfers = services.transfers();
        this.costOfOpening = services.limits().affordable(COST_OF_OPENING);
        this.gateway = services.gateway();
        this.session = session;
        this.window = window;
        this.replies = replies;
    }

    /**
     * Executes a command and sends its reply.
     *
     * @param bytes the binary part of the command, lent for this call; null if there is none
     * @throws ErrorReply if the command is invalid
     */
    void execute(CommandFrame command, Cost cost, ByteBuf bytes) {
        String file = command.params().text(Parameter.FILE);
        switch (command.cmd()) {
            case "file.open" -> answer(command, new Cost(costOfOpening, cost.bytes()), open(command.params()),
                    opened -> FileReplies.transfer(command.seq(), opened));
            case "file.write" -> write(command, cost, bytes);
            case "file.status" -> answer(command, cost, new FileCommand.Status(transfers, file),
                    transfer -> FileReplies.transfer(command.seq(), transfer));
            case "file.close" -> close(command, cost, file);
            case "file.abort" ->
                answer(command, cost, new FileCommand.Abort(transfers, file), done -> Replies.ok(command.seq()));
            case "file.read" -> read(command, cost);
            default -> throw ErrorReply.badRequest("cmd: expected one of " + NAMES);
        }
    }

    private FileCommand.Open open(Parameters params) {
        RoomId room = Gateway.room(session.namespace(), params.required(Parameter.ROOM));
        return new FileCommand.Open(transfers, room, params.text(Parameter.NAME), params.number(Parameter.SIZE),
                params.text(Parameter.TYPE), params.text(Parameter.SHA256));
    }

    private void write(CommandFrame command, Cost cost, ByteBuf bytes) {
        if (bytes == null) {
            throw ErrorReply.badRequest("file.write: expected a binary frame, with the chunk after the line of JSON");
        }
        // Retained and not copied: a large upload would fill the heap.
        ByteBuf chunk = bytes.retain();
        FileCommand.Write write = new FileCommand.Write(transfers, command.params().text(Parameter.FILE),
                command.params().number(Parameter.INDEX), chunk.nioBuffer());
        answer(command, execute(cost, write).onTermination().invoke(() -> chunk.release()),
                written -> Replies.ok(command.seq()), NOTHING);
    }

    /**
     * Closes an upload, which takes long for a large file because the file is verified. A client that repeats the command
     * meanwhile gets an error at once, or its repetitions would fill the window.
     */
    private void close(CommandFrame command, Cost cost, String file) {
        if (file != null && !closing.add(file)) {
            throw ErrorReply.unavailable("params.file: it is being verified, ask again later", true);
        }
        answer(command, execute(cost, new FileCommand.Close(transfers, file)), closed -> closed(command, closed),
                () -> closing.remove(file));
    }

    private static byte[] closed(CommandFrame command, UploadResult closing) {
        return closing.missing().isEmpty() ? FileReplies.closed(command.seq(), closing)
                : FileReplies.missing(command.seq(), closing.missing());
    }

    /** Reads a chunk; one at a time, and only when the send queue is drained, which is smaller than a file. */
    private void read(CommandFrame command, Cost cost) {
        FileCommand.Read read = new FileCommand.Read(transfers, command.params().text(Parameter.FILE),
                command.params().number(Parameter.INDEX));
        ErrorReply exceeded = gateway.charge(session, cost);
        if (exceeded != null) {
            replies.refuse(command, exceeded);
            return;
        }
        Uni<byte[]> inTurn = Uni.createFrom().emitter(emitter -> {
            reads.add(() -> execute(Cost.NONE, read).subscribe().with(emitter::complete, emitter::fail));
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

    private <T> Uni<T> execute(Cost cost, FileCommand<? super Session, T> command) {
        return gateway.execute(session, cost, command);
    }

    private <T> void answer(CommandFrame frame, Cost cost, FileCommand<? super Session, T> command, Function<T, byte[]> reply) {
        answer(frame, execute(cost, command), reply, NOTHING);
    }

    private <T> void answer(CommandFrame command, Uni<T> work, Function<T, byte[]> reply, Runnable next) {
        window.submit(work.map(reply),
                frame -> {
                    replies.reply(command, frame);
                    next.run();
                },
                error -> {
                    replies.refuse(command, error);
                    next.run();
                });
    }
}
