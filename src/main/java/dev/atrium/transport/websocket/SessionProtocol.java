package dev.atrium.transport.websocket;

import com.fasterxml.jackson.databind.JsonNode;
import dev.atrium.application.Call;
import dev.atrium.application.Client;
import dev.atrium.application.NamespaceHandlers;
import dev.atrium.application.Values;
import dev.atrium.gateway.Command;
import dev.atrium.gateway.Cost;
import dev.atrium.gateway.ErrorReply;
import dev.atrium.gateway.Gateway;
import dev.atrium.gateway.Ranges;
import dev.atrium.gateway.ReplyJson;
import dev.atrium.gateway.SendOrder;
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
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * The session protocol {@value #SUBPROTOCOL}: commands with acknowledgements, many rooms on one connection. Commands of one
 * client take effect in their order: a join is complete before the next command is read.
 */
final class SessionProtocol extends SingleSessionProtocol implements ReplySender {

    static final String SUBPROTOCOL = "atrium.v1";

    /** How long a command with a large reply waits for a client to read what it was sent before. */
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(10);

    /** Error codes that are sent even to commands without seq: without them a developer could not find the mistake. */
    private static final Set<Integer> ALWAYS_TOLD = Set.of(400, 401, 403, 429);

    private static final String COMMANDS = "resume, join, leave, send, members, history, auth, call, heartbeat or one of "
            + FileCommands.NAMES;

    private final SocketServices services;
    private final String namespace;
    private final NamespaceHandlers endpoint;
    private Client handle;
    private SendWindow window;
    private SendOrder order;
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
                new SessionRequest(caller, connection.eventLoop(), namespace, Transport.SESSION, connection,
                        SessionFormat.INSTANCE));
        files = new FileCommands(services, made,
                new SendWindow(connection, made.loop()::run, FileCommands.MAX_IN_PROGRESS), this);
        order = gateway.order(made);
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
                this::end);
    }

    private void welcome() {
        connection.send(Replies.welcome(session, services.sessions().config().heartbeat(), services.config().maxMessageSize()));
        welcomed = true;
        if (expires != 0) {
            connection.send(Replies.expiring(expires));
        }
    }

    private void awaitFirstCommand() {
        long millis = services.limits().config().firstCommand().toMillis();
        if (millis > 0) {
            firstCommand = connection.eventLoop().schedule(() -> gateway.tooSilent(session), millis, TimeUnit.MILLISECONDS);
        }
    }

    @Override
    void ended() {
        if (order != null) {
            order.end();
        }
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
        connection.send(Replies.goodbye(reason, ReplyJson.reconnectDelay()));
    }

    @Override
    public void text(String text) {
        handle(text, null, text.length());
    }

    @Override
    public void binary(ByteBuf bytes) {
        int newline = bytes.indexOf(bytes.readerIndex(), bytes.writerIndex(), (byte) '\n');
        int length = newline - bytes.readerIndex();
        // With replacement characters a room would have another name.
        if (newline < 0 || !ByteBufUtil.isText(bytes, bytes.readerIndex(), length, StandardCharsets.UTF_8)) {
            if (gateway.chargeOrClose(session, bytes.readableBytes())) {
                connection.send(Replies.error(null, 400,
                        "binary frame: expected a line of JSON in UTF-8, a newline, then the bytes"));
            }
            return;
        }
        String line = bytes.toString(bytes.readerIndex(), length, StandardCharsets.UTF_8);
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
        Cost cost = Cost.message(size);
        try {
            execute(command, cost, bytes);
        } catch (ErrorReply malformed) {
            refuse(command, gateway.chargeMalformed(session, cost, malformed));
        }
    }

    /** @throws ErrorReply if the parameters are not those of a command; the client is not charged yet */
    private void execute(CommandFrame command, Cost cost, ByteBuf bytes) {
        if (command.cmd().startsWith("file.")) {
            files.execute(command, cost, bytes);
            return;
        }
        switch (command.cmd()) {
            case "resume" -> resume(command, cost);
            case "send" -> send(command, cost, bytes);
            case "join" -> join(command, cost);
            case "leave" -> leave(command, cost);
            case "members" -> members(command, cost);
            case "history" -> history(command, cost);
            case "heartbeat" -> await(command, cost, new Command.Heartbeat(), done -> Replies.ok(command.seq()));
            case "call" -> call(command, cost, bytes);
            case "auth" -> auth(command, cost);
            default -> throw ErrorReply.badRequest("cmd: expected " + COMMANDS);
        }
    }

    private void resume(CommandFrame command, Cost cost) {
        Command.Resume resume = new Command.Resume(command.params().required(Parameter.TOKEN), command.params().positions());
        connection.await(gateway.execute(session, cost, resume),
                resumed -> {
                    reply(command, Replies.resumed(command.seq(), resumed));
                    session.follow();
                },
                failure -> refuse(command, failure));
    }

    private void auth(CommandFrame command, Cost cost) {
        Command.Authenticate authenticate = new Command.Authenticate(command.params().required(Parameter.TOKEN));
        connection.await(gateway.execute(session, cost, authenticate),
                done -> {
                    reply(command, Replies.authenticated(command.seq(), session, done));
                    session.follow();
                },
                failure -> refuseToken(command, ErrorReply.of(failure)));
    }

    /** Sends the error of {@code auth}, and closes a session without rooms if its token is invalid or not permitted. */
    private void refuseToken(CommandFrame command, ErrorReply error) {
        refuse(command, error);
        if (session.memberships().isEmpty() && (error.code() == 401 || error.code() == 403)) {
            end(error);
        }
    }

    private void join(CommandFrame command, Cost cost) {
        Parameters params = command.params();
        Command.Join join = new Command.Join(room(command), params.flag(Parameter.PRESENCE, false), params.since());
        connection.await(gateway.execute(session, cost, join),
                joined -> {
                    reply(command, Replies.joined(command.seq(), joined));
                    joined.membership().follow();
                },
                failure -> refuse(command, failure));
    }

    private void leave(CommandFrame command, Cost cost) {
        RoomId room = room(command);
        await(command, cost, new Command.Leave(room), left -> Replies.left(command.seq(), room));
    }

    private void send(CommandFrame command, Cost cost, ByteBuf bytes) {
        Parameters params = command.params();
        RoomId room = params.has(Parameter.ROOM) ? room(command) : RoomId.everyone(namespace);
        if (params.flag(Parameter.VOLATILE, false)) {
            sendVolatile(command, cost, room, data(params, bytes));
            return;
        }
        if (params.has(Parameter.TO)) {
            throw ErrorReply.parameter(400, Parameter.TO.key(), "expected none, because the message is not volatile");
        }
        String key = params.text(Parameter.IDEMPOTENCY);
        boolean ordered = params.flag(Parameter.ORDERED, false);
        if (ordered && key == null) {
            throw ErrorReply.parameter(400, Parameter.IDEMPOTENCY.key(), "expected a string, because the message is ordered");
        }
        Command.Publish publish = new Command.Publish(room, params.text(Parameter.EVENT), data(params, bytes),
                params.flag(Parameter.ECHO, true), key);
        window.submit(ordered ? order.submit(room, key, () -> gateway.execute(session, cost, publish))
                : gateway.execute(session, cost, publish),
                result -> reply(command, Replies.sent(command.seq(), result)), error -> refuse(command, error));
    }

    private void sendVolatile(CommandFrame command, Cost cost, RoomId room, Data data) {
        Parameters params = command.params();
        if (params.has(Parameter.IDEMPOTENCY)) {
            throw ErrorReply.parameter(400, Parameter.IDEMPOTENCY.key(), "expected none for a volatile message");
        }
        window.submit(gateway.execute(session, cost,
                new Command.PublishVolatile(room, params.text(Parameter.EVENT), data,
                        params.flag(Parameter.ECHO, true), params.text(Parameter.TO))),
                done -> reply(command, Replies.ok(command.seq())), error -> refuse(command, error));
    }

    private void members(CommandFrame command, Cost cost) {
        RoomId room = room(command);
        Parameters params = command.params();
        int most = services.limits().config().membersPage();
        int limit = Ranges.limit(Parameter.LIMIT.path(), params.number(Parameter.LIMIT), most, most);
        String cursor = params.text(Parameter.CURSOR);
        String by = params.text(Parameter.BY);
        if ("user".equals(by)) {
            awaitPage(command, cost, new Command.ListUsers(room, cursor, limit), page -> Replies.users(command.seq(), page));
        } else if (by == null || by.equals("session")) {
            awaitPage(command, cost, new Command.ListMembers(room, cursor, limit),
                    page -> Replies.members(command.seq(), page));
        } else {
            throw ErrorReply.parameter(400, "by", "expected session or user");
        }
    }

    private void history(CommandFrame command, Cost cost) {
        RoomId room = room(command);
        Parameters params = command.params();
        HistoryQuery query = Ranges.history("params.", params.number(Parameter.AFTER), params.number(Parameter.BEFORE),
                params.number(Parameter.LIMIT));
        awaitPage(command, cost, new Command.ReadHistory(room, query), history -> Replies.history(command.seq(), history));
    }

    private void call(CommandFrame command, Cost cost, ByteBuf bytes) {
        Parameters params = command.params();
        Call call = new Call(endpoint, handle, params.required(Parameter.NAME), () -> arguments(data(params, bytes)));
        window.submit(gateway.execute(session, cost, call).onItem().ifNull()
                .failWith(() -> ErrorReply.parameter(404, "name", "no handler of that name in this namespace")),
                values -> reply(command, Replies.called(command.seq(), values)), error -> refuse(command, error));
    }

    private static List<JsonNode> arguments(Data data) {
        return data == Data.Json.NULL ? List.of() : Values.toNodes(data);
    }

    /** Returns the data of a command: those of a binary frame follow the line of JSON. */
    private static Data data(Parameters params, ByteBuf bytes) {
        return bytes == null ? params.data() : new Data.Binary(ByteBufUtil.getBytes(bytes));
    }

    /**
     * Executes a command whose reply can be large, in a later task of the event loop and once the client has read most of what
     * it was sent: pages of a megabyte that were requested at once would keep other clients waiting, and fill the send queue.
     * One that reads too little for so long is not waited for: it could hold its later commands, and this session, for ever.
     */
    private <T> void awaitPage(CommandFrame command, Cost cost, Command<? super Session, T> work, Function<T, byte[]> reply) {
        Uni<Void> drained = Uni.createFrom().emitter(emitter -> session.whenDrained(() -> emitter.complete(null)));
        Uni<Void> ready = drained.ifNoItem().after(READ_TIMEOUT).on(connection.eventLoop()).recoverWithItem((Void) null);
        await(command, ready.chain(() -> gateway.execute(session, cost, work)).call(session::replyTurn), reply);
    }

    private <T> void await(CommandFrame command, Cost cost, Command<? super Session, T> work, Function<T, byte[]> reply) {
        await(command, gateway.execute(session, cost, work), reply);
    }

    private <T> void await(CommandFrame command, Uni<T> work, Function<T, byte[]> reply) {
        connection.await(work.emitOn(session.loop()::run),
                result -> reply(command, reply.apply(result)), failure -> refuse(command, failure));
    }

    private RoomId room(CommandFrame command) {
        return Gateway.room(namespace, command.params().required(Parameter.ROOM));
    }

    @Override
    public void reply(CommandFrame command, byte[] reply) {
        if (command.seq() != null) {
            connection.send(reply);
        }
    }

    @Override
    public void refuse(CommandFrame command, Throwable failure) {
        ErrorReply error = ErrorReply.of(failure);
        if (command.seq() != null || ALWAYS_TOLD.contains(error.code())) {
            connection.send(Replies.error(command.seq(), error));
        }
    }
}
