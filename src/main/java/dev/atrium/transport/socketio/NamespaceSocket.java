package dev.atrium.transport.socketio;

import dev.atrium.gateway.Gateway;
import dev.atrium.room.RoomId;
import dev.atrium.session.CloseReason;
import dev.atrium.session.Outbox;
import dev.atrium.session.Session;
import dev.atrium.session.Wire;
import dev.atrium.transport.engineio.EngineSocket;
import java.util.List;
import java.util.Map;

/**
 * One client in one namespace: a session, whose connection it shares with those of the client's other namespaces. On the
 * connection's event loop only.
 */
final class NamespaceSocket implements Wire {

    private final Gateway gateway;
    private final EngineSocket socket;
    private final String namespace;
    private final Map<String, NamespaceSocket> joined;
    private final RoomEvents events;
    private Session session;

    NamespaceSocket(Gateway gateway, EngineSocket socket, String namespace, Map<String, NamespaceSocket> joined, boolean relay) {
        this.gateway = gateway;
        this.socket = socket;
        this.namespace = namespace;
        this.joined = joined;
        this.events = new RoomEvents(gateway, this, relay);
    }

    /** Makes the session; nothing is said to the client yet. */
    void open(String auth) {
        SocketIoFormat format = Auth.wantsMeta(auth) ? SocketIoFormat.META : SocketIoFormat.PLAIN;
        session = gateway.connect(socket.eventLoop(), namespace, "socketio", this, format);
        joined.put(namespace, this);
    }

    Session session() {
        return session;
    }

    EngineSocket socket() {
        return socket;
    }

    RoomId everyone() {
        return RoomId.everyone(namespace);
    }

    /** It has been let in. */
    void connected() {
        send(Packet.Type.CONNECT, null, "{\"sid\":" + SocketIoFormat.quoted(session.id()) + "}", List.of());
        session.follow();
    }

    void event(String name, Arguments arguments, String ackId) {
        events.handle(name, arguments, new Ack(this, ackId));
    }

    void ack(String id, Arguments arguments) {
        // Nothing that is said here asks for one.
    }

    void send(Packet.Type type, String id, String payload, List<byte[]> attachments) {
        if (session.isOpen()) {
            socket.send(SocketIoFormat.frames(type, namespace, id, payload, attachments));
        }
    }

    /** It is over, by the client's will or because the connection is. */
    void end(CloseReason reason) {
        session.closed(reason);
        left();
    }

    private void left() {
        if (joined.remove(namespace, this)) {
            gateway.disconnected();
        }
    }

    @Override
    public Outbox outbox() {
        return socket.outbox();
    }

    /** Engine.IO has heartbeats of its own. */
    @Override
    public void ping() {
        session.heard();
    }

    /**
     * Whoever is sent away is told so, and stays away. For any other reason the transport is closed without a word: clients
     * take that for a fault of the network, and come back.
     */
    @Override
    public void close(CloseReason reason) {
        left();
        switch (reason) {
            case NORMAL, DISCONNECTED, FORBIDDEN -> socket.send(
                    SocketIoFormat.frames(Packet.Type.DISCONNECT, namespace, null, "", List.of()));
            default -> socket.fail(reason);
        }
    }
}
