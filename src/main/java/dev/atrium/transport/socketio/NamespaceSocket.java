package dev.atrium.transport.socketio;

import com.fasterxml.jackson.databind.JsonNode;
import dev.atrium.application.Call;
import dev.atrium.application.NamespaceHandlers;
import dev.atrium.application.SessionHandle;
import dev.atrium.gateway.Command;
import dev.atrium.gateway.Cost;
import dev.atrium.gateway.ErrorReply;
import dev.atrium.gateway.Gateway;
import dev.atrium.gateway.Recovered;
import dev.atrium.gateway.RecoveryOffset;
import dev.atrium.gateway.ReplyJson;
import dev.atrium.gateway.SendWindow;
import dev.atrium.room.Data;
import dev.atrium.room.Message;
import dev.atrium.room.WriteBatch;
import dev.atrium.security.Caller;
import dev.atrium.session.ClientConnection;
import dev.atrium.session.CloseReason;
import dev.atrium.session.SendQueue;
import dev.atrium.session.Session;
import dev.atrium.session.SessionRequest;
import dev.atrium.session.Transport;
import dev.atrium.transport.engineio.EngineSocket;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A client's connection to one namespace. It is one session, and shares the Engine.IO connection with the client's other
 * namespaces. On the connection's event loop only.
 */
final class NamespaceSocket implements ClientConnection {

    /** Event with which a client presents a new token, in every namespace. */
    private static final String AUTH = "@auth";

    private final Gateway gateway;
    private final EngineSocket socket;
    private final String namespace;
    private final Map<String, NamespaceSocket> joined;
    private final NamespaceHandlers endpoint;
    private final boolean relay;
    private final PendingAcks pendingAcks;
    private final List<byte[]> early = new ArrayList<>();
    private final SendWindow window;
    private final Consumer<byte[]> ackSender = this::writeIfOpen;
    private SocketIoFormat format;
    private Session session;
    private RoomEvents events;
    private SessionHandle handle;
    private boolean connected;
    /** Whether the disconnect handler has to be called: the connect handler has run. */
    private boolean accepted;
    /** Recovery offset of the last message that the client was sent, or null. */
    private RecoveryOffset lastOffset;

    /** @param endpoint the application's handlers; null if it has none for this namespace */
    NamespaceSocket(Gateway gateway, EngineSocket socket, String namespace, Map<String, NamespaceSocket> joined,
            NamespaceHandlers endpoint, boolean relay) {
        this.gateway = gateway;
        this.socket = socket;
        this.namespace = namespace;
        this.joined = joined;
        this.endpoint = endpoint;
        this.relay = relay;
        this.window = new SendWindow(socket, task -> session.loop().run(task));
        this.pendingAcks = new PendingAcks(socket.eventLoop());
    }

    /**
     * Opens the session; nothing is sent to the client yet.
     *
     * @throws ErrorReply if the session is rejected
     */
    void open(Caller caller, SocketIoFormat spoken, Function<NamespaceSocket, SessionHandle> handles) {
        format = spoken;
        session = gateway.connect(
                new SessionRequest(caller, socket.eventLoop(), namespace, Transport.SOCKETIO, this, spoken),
                socket.sessionTokens());
        events = endpoint == null ? new RoomEvents(gateway, socket, session, window, relay) : null;
        handle = handles.apply(this);
        joined.put(namespace, this);
    }

    /** Calls the connect handler; fails with 504 after the timeout: one may never complete, and keep its client waiting. */
    Uni<Void> callOnConnect(JsonNode auth, Duration timeout) {
        return endpoint == null ? Uni.createFrom().voidItem()
                // The timer runs on the event loop: other executors keep cancelled timers in memory until they are due.
                : endpoint.connected(handle, auth).ifNoItem().after(timeout).on(socket.eventLoop())
                        .failWith(() -> new ErrorReply(504, "no answer in time")).emitOn(session.loop()::run)
                        .invoke(() -> accepted = true);
    }

    Session session() {
        return session;
    }

    /** Completes the recovery of an earlier session, and sends the messages after the last one that the client has. */
    void recovered(String pid, RecoveryOffset last, Recovered recovered) {
        lastOffset = last;
        recovered.missed().forEach(message -> {
            early.add(format.encode(message));
            lastOffset = RecoveryOffset.of(message);
        });
        connected(pid);
    }

    /** Completes the connect to the namespace. With the private session id, unless null, the client can recover the session. */
    void connected(String pid) {
        if (!session.isOpen()) {
            // The client disconnected while its connect handler ran.
            callOnDisconnect(CloseReason.CONNECTION_LOST);
            return;
        }
        connected = true;
        accepted = true;
        socket.send(
                SocketIoFormat.frames(Packet.Type.CONNECT, namespace, null, "{\"sid\":" + SocketIoFormat.quoted(session.id())
                        + (pid == null ? "" : ",\"pid\":" + SocketIoFormat.quoted(pid)) + "}", List.of()));
        early.forEach(socket::send);
        early.clear();
        session.follow();
    }

    /** @param size size of the packet in bytes */
    void event(String name, Arguments arguments, int size, String ackId) {
        Ack ack = new Ack(namespace, ackId, ackSender);
        Cost cost = Cost.message(size);
        try {
            if (name.equals(AUTH)) {
                authenticate(arguments.text(1), cost, ack);
            } else if (endpoint == null) {
                events.handle(name, arguments, cost, ack);
            } else {
                call(name, arguments, cost, ack);
            }
        } catch (ErrorReply malformed) {
            ack.refused(gateway.chargeMalformed(session, cost, malformed));
        }
    }

    /** Refuses an event that the server does not accept. */
    void refuse(ErrorReply error, int size, String ackId) {
        new Ack(namespace, ackId, ackSender).refused(gateway.chargeMalformed(session, Cost.message(size), error));
    }

    private void authenticate(String token, Cost cost, Ack ack) {
        if (token == null) {
            throw ErrorReply.badRequest("token: expected a string");
        }
        socket.await(gateway.execute(session, cost, new Command.Authenticate(token)),
                done -> ack.ok(json -> ReplyJson.writeFields(done, json)), ack::refused);
    }

    private void call(String name, Arguments arguments, Cost cost, Ack ack) {
        window.submit(gateway.execute(session, cost, new Call(endpoint, handle, name, () -> arguments.nodes(1))),
                values -> {
                    // As in Socket.IO itself, an event that has no handler is not acknowledged.
                    if (values != null) {
                        ack.give(values);
                    }
                }, ack::refused);
    }

    boolean isConnected() {
        return connected;
    }

    void ack(String id, Arguments arguments) {
        pendingAcks.answered(id, arguments.nodes(0));
    }

    /** Emits an event that is no message of a room; held until the client is connected. */
    void emit(String ackId, String event, Data data) {
        // The stock client takes the last argument of an event for its recovery offset if it is a string: without one here, a text
        // that is emitted to it alone would cost it its recovery. Where it acknowledges, its last argument is a function, and
        // handlers count on that.
        boolean ends = format.hasOffset() && ackId == null;
        write(SocketIoFormat.event(namespace, ackId, event, data, ends ? "," + SocketIoFormat.quoted(offset()) : ""));
    }

    private String offset() {
        return lastOffset == null ? SocketIoFormat.NO_OFFSET : lastOffset.toString();
    }

    @Override
    public void delivered(WriteBatch batch) {
        Message last = format.hasOffset() ? batch.last() : null;
        if (last != null) {
            lastOffset = RecoveryOffset.of(last);
        }
    }

    private void write(byte[] frames) {
        if (connected) {
            writeIfOpen(frames);
        } else {
            early.add(frames);
        }
    }

    void emitWithAck(String event, Data data, Duration timeout, UniEmitter<? super List<JsonNode>> emitter) {
        if (session.isOpen()) {
            emit(pendingAcks.add(timeout, emitter), event, data);
        } else {
            emitter.fail(new ErrorReply(410, "the session has ended"));
        }
    }

    /** Emits an event that the client acknowledges to nobody. */
    void emitIgnoringAck(String event, Data data) {
        emit(pendingAcks.nextId(), event, data);
    }

    /** Another session of the client may have the namespace by now, perhaps of another user. */
    private void writeIfOpen(byte[] frames) {
        if (session.isOpen()) {
            socket.send(frames);
        }
    }

    /** Ends the session, because the client has disconnected or the connection is closed. */
    void end(CloseReason reason) {
        if (reason == CloseReason.HEARTBEAT_TIMEOUT) {
            gateway.heartbeatMissed(session);
        }
        session.closed(reason);
        left(reason);
    }

    /** Ends the sessions of all namespaces of the connection, so that the client does not come back, and the connection. */
    void disconnectAll() {
        List.copyOf(joined.values()).forEach(each -> each.session().close(CloseReason.DISCONNECTED));
        socket.close();
    }

    private void left(CloseReason reason) {
        if (joined.remove(namespace, this)) {
            gone(reason);
        }
    }

    private void gone(CloseReason reason) {
        if (socket.isOpen()) {
            gateway.disconnected();
        } else {
            socket.whenDisconnected(gateway::disconnected);
        }
        pendingAcks.end();
        callOnDisconnect(reason);
    }

    /** Calls the application's disconnect handler once, if its connect handler has run. */
    void callOnDisconnect(CloseReason reason) {
        if (accepted && endpoint != null) {
            accepted = false;
            endpoint.disconnected(handle, reason);
        }
    }

    @Override
    public SendQueue sendQueue() {
        return socket.sendQueue();
    }

    /** Counts as liveness: Engine.IO has its own heartbeat. */
    @Override
    public void ping() {
        session.received();
    }

    @Override
    public void expiring(long expires) {
        emit(null, "@expiring", new Data.Json("{\"expires\":" + expires + "}"));
    }

    /**
     * Closes the session. For a final reason the client is sent a DISCONNECT packet, after which it does not reconnect. For any
     * other the transport is closed without one: clients take that for a network failure, and reconnect.
     */
    @Override
    public void close(CloseReason reason, String detail) {
        switch (reason) {
            case NORMAL, DISCONNECTED, FORBIDDEN, UNAUTHENTICATED, REVOKED -> {
                left(reason);
                socket.send(SocketIoFormat.frames(Packet.Type.DISCONNECT, namespace, null, "", List.of()));
            }
            default -> {
                boolean wasJoined = joined.remove(namespace, this);
                // First, because a drain waits for a client until the connection has sent what is queued for it.
                socket.fail(reason);
                if (wasJoined) {
                    gone(reason);
                }
            }
        }
    }
}
