package dev.atrium.transport.websocket;

import dev.atrium.application.Client;
import dev.atrium.application.NamespaceHandlers;
import dev.atrium.application.Values;
import dev.atrium.gateway.Command;
import dev.atrium.gateway.ErrorReply;
import dev.atrium.gateway.Gateway;
import dev.atrium.gateway.Ranges;
import dev.atrium.gateway.SendWindow;
import dev.atrium.room.Data;
import dev.atrium.room.HistoryQuery;
import dev.atrium.room.RoomId;
import dev.atrium.security.Caller;
import dev.atrium.session.CloseReason;
import dev.atrium.session.Session;
import dev.atrium.session.SessionRequest;
import dev.atrium.session.Transport;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.smallrye.mutiny.Uni;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * The session protocol {@value #SUBPROTOCOL}: commands with acknowledgements, many rooms on one connection. Commands of one
 * client take effect in their order: a join is complete before the next command is read.
 */
final class SessionProtocol extends SingleSessionProtocol {

    static final String SUBPROTOCOL = "atrium.v1";

    private static final Transport TRANSPORT = Transport.SESSION;

    /** Error codes that are sent even to commands without seq: without them a developer could not find the mistake. */
    private static final Set<Integer> ALWAYS_TOLD = Set.of(400, 401, 403, 429);

    private static final String COMMANDS = "resume, join, leave, send, members, history, auth, call, heartbeat or one of "
            + FileCommands.NAMES;

    /**
     * Maximum reconnect delay, in milliseconds, for clients of a replica that shuts down; drawn at random, so that they do not
     * all reconnect at once.
     */
    private static final int RECONNECT_MILLIS = 2_000;

    private final SocketServices services;
    private final String namespace;
    private final NamespaceHandlers endpoint;
    private Client handle;
    private SendWindow window;
    private FileCommands files;
    private Future<?> firstCommand;
    private boolean welcomed;
    private long expires;

    SessionProtocol(SocketServices services, Caller caller, String namespace) {
        super(services.gateway(), caller);
        this.services = services;
        this.namespace = namespace;
        this.endpoint = services.endpoints().of(namespace);
    }

    @Override
    Session connect() {
        window = new SendWindow(connection, task -> session.loop().run(task));
        Session made = gateway.connect(
                new SessionRequest(caller, connection.eventLoop(), namespace, TRANSPORT, connection, SessionFormat.INSTANCE));
        files = new FileCommands(services.transfers(), made, this);
        handle = endpoint == null ? null : new SessionProtocolHandle(endpoint.clients(), made);
        return made;
    }

    @Override
    void begin() {
        awaitFirstCommand();
        if (caller.identity().isNobody()) {
            welcome();
            return;
        }
        connection.await(session.inTurn(() -> gateway.admit(session).chain(() -> gateway.keep(session))),
                done -> {
                    welcome();
                    session.follow();
                },
                failure -> end(ErrorReply.of(failure)));
    }

    private void welcome() {
        connection.send(Replies.welcome(session, services.sessions().config().heartbeat(), services.config().maxMessageSize()));
        welcomed = true;
        if (expires != 0) {
            connection.send(Replies.expiring(expires));
        }
    }

    private void awaitFirstCommand() {
        long millis = gateway.limits().firstCommand().toMillis();
        if (millis > 0) {
            firstCommand = connection.eventLoop().schedule(() -> gateway.tooSilent(session), millis, TimeUnit.MILLISECONDS);
        }
    }

    @Override
    void ended() {
        cancelFirstCommand();
    }

    private void cancelFirstCommand() {
        if (firstCommand != null) {
            firstCommand.cancel(false);
            firstCommand = null;
        }
    }

    @Override
    public void expiring(long when) {
        if (welcomed) {
            connection.send(Replies.expiring(when));
        } else {
            // The welcome must be the first message.
            expires = when;
        }
    }

    @Override
    public void closing(CloseReason reason) {
        connection.send(Replies.goodbye(reason, ThreadLocalRandom.current().nextInt(RECONNECT_MILLIS)));
    }

    @Override
    public void text(String text) {
        handle(text, null, text.length());
    }

    @Override
    public void binary(ByteBuf bytes) {
        int newline = bytes.indexOf(bytes.readerIndex(), bytes.writerIndex(), (byte) '\n');
        if (newline < 0) {
            if (gateway.chargeOrClose(session, bytes.readableBytes())) {
                connection.send(Replies.error(null, 400, "binary frame: expected a line of JSON, a newline, then the bytes"));
            }
            return;
        }
        String line = bytes.toString(bytes.readerIndex(), newline - bytes.readerIndex(), StandardCharsets.UTF_8);
        handle(line, bytes.slice(newline + 1, bytes.writerIndex() - newline - 1), bytes.readableBytes());
    }

    /** @param bytes the bytes after the JSON line, lent for this call; null for a text frame */
    private void handle(String line, ByteBuf bytes, int size) {
        cancelFirstCommand();
        CommandFrame command;
        try {
            command = CommandParser.parse(line, bytes != null);
        } catch (MalformedCommandException e) {
            if (gateway.chargeOrClose(session, size)) {
                connection.send(Replies.error(e.seq(), 400, e.getMessage()));
            }
            return;
        }
        try {
            gateway.charge(session, size);
            execute(command, bytes);
        } catch (ErrorReply error) {
            refuse(command, error);
        }
    }

    private void execute(CommandFrame command, ByteBuf bytes) {
        if (command.cmd().startsWith("file.")) {
            files.execute(command, bytes);
            return;
        }
        if (bytes != null) {
            command.params().data = new Data.Binary(ByteBufUtil.getBytes(bytes));
        }
        switch (command.cmd()) {
            case "resume" -> resume(command);
            case "send" -> send(command);
            case "join" -> join(command);
            case "leave" -> leave(command);
            case "members" -> members(command);
            case "history" -> history(command);
            case "heartbeat" -> reply(command, Replies.ok(command.seq()));
            case "call" -> call(command);
            case "auth" -> auth(command);
            default -> throw ErrorReply.badRequest("cmd: expected " + COMMANDS);
        }
    }

    private void resume(CommandFrame command) {
        if (command.params().token == null) {
            throw ErrorReply.parameter(400, "token", "expected a string");
        }
        connection.await(
                session.inTurn(
                        () -> gateway.execute(session, new Command.Resume(command.params().token, command.params().places))),
                resumed -> {
                    reply(command, Replies.resumed(command.seq(), resumed));
                    session.follow();
                },
                failure -> refuse(command, ErrorReply.of(failure)));
    }

    private void auth(CommandFrame command) {
        if (command.params().token == null) {
            throw ErrorReply.parameter(400, "token", "expected a string");
        }
        connection.await(services.authentication().authenticate(session, command.params().token),
                done -> {
                    reply(command, Replies.authenticated(command.seq(), session, done));
                    session.follow();
                },
                failure -> refuseToken(command, ErrorReply.of(failure)));
    }

    /**
     * Sends the error of an {@code auth} command, and closes a session without rooms if its token is invalid or not permitted.
     */
    private void refuseToken(CommandFrame command, ErrorReply error) {
        refuse(command, error);
        if (session.memberships().isEmpty() && (error.code() == 401 || error.code() == 403)) {
            end(error);
        }
    }

    private void join(CommandFrame command) {
        RoomId room = room(command);
        connection.await(gateway.execute(session, new Command.Join(room, command.params().presence, command.params().since)),
                joined -> {
                    reply(command, Replies.joined(command.seq(), joined));
                    joined.membership().follow();
                },
                failure -> refuse(command, ErrorReply.of(failure)));
    }

    private void leave(CommandFrame command) {
        RoomId room = room(command);
        connection.await(gateway.execute(session, new Command.Leave(room)),
                left -> reply(command, Replies.left(command.seq(), room)),
                failure -> refuse(command, ErrorReply.of(failure)));
    }

    private void send(CommandFrame command) {
        Params params = command.params();
        RoomId room = params.room == null ? RoomId.everyone(namespace) : room(command);
        window.submit(
                gateway.execute(session, new Command.Publish(room, params.event, params.data, params.echo, params.idempotency)),
                result -> reply(command, Replies.sent(command.seq(), result)),
                error -> refuse(command, error));
    }

    private void members(CommandFrame command) {
        RoomId room = room(command);
        Params params = command.params();
        int most = gateway.limits().membersPage();
        int limit = Ranges.limit("params.limit", params.limit, most, most);
        if ("user".equals(params.by)) {
            await(command, gateway.execute(session, new Command.ListUsers(room, params.cursor, limit)),
                    page -> Replies.users(command.seq(), page));
        } else if (params.by == null || params.by.equals("session")) {
            await(command, gateway.execute(session, new Command.ListMembers(room, params.cursor, limit)),
                    page -> Replies.members(command.seq(), page));
        } else {
            throw ErrorReply.parameter(400, "by", "expected session or user");
        }
    }

    private void history(CommandFrame command) {
        RoomId room = room(command);
        Params params = command.params();
        HistoryQuery query = Ranges.history("params.", params.after, params.before, params.limit);
        await(command, gateway.execute(session, new Command.ReadHistory(room, query)),
                history -> Replies.history(command.seq(), history));
    }

    private void call(CommandFrame command) {
        gateway.requireNamespace(session);
        String name = command.params().name;
        if (name == null) {
            throw ErrorReply.parameter(400, "name", "expected a string");
        }
        Data data = command.params().data;
        Uni<List<Object>> called = endpoint == null ? null
                : endpoint.event(handle, name, data == Data.Json.NULL ? List.of() : Values.toNodes(data));
        if (called == null) {
            throw ErrorReply.parameter(404, "name", "no handler of that name in this namespace");
        }
        window.submit(called,
                values -> reply(command, Replies.called(command.seq(), values)),
                error -> refuse(command, error));
    }

    private <T> void await(CommandFrame command, Uni<T> work, Function<T, byte[]> reply) {
        connection.await(work.emitOn(session.loop()::run),
                result -> reply(command, reply.apply(result)),
                failure -> refuse(command, ErrorReply.of(failure)));
    }

    private RoomId room(CommandFrame command) {
        if (command.params().room == null) {
            throw ErrorReply.parameter(400, "room", "expected a string");
        }
        return Gateway.room(namespace, command.params().room);
    }

    /** Sends a reply, if the command has a seq. */
    void reply(CommandFrame command, byte[] reply) {
        if (command.seq() != null) {
            connection.send(reply);
        }
    }

    /** Sends an error; for the client's own mistakes even without a seq. */
    void refuse(CommandFrame command, ErrorReply error) {
        if (command.seq() != null || ALWAYS_TOLD.contains(error.code())) {
            connection.send(Replies.error(command.seq(), error));
        }
    }
}
