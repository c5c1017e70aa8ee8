package dev.atrium.transport.socketio;

import dev.atrium.gateway.Command;
import dev.atrium.gateway.Cost;
import dev.atrium.gateway.ErrorReply;
import dev.atrium.gateway.Gateway;
import dev.atrium.gateway.ReplyJson;
import dev.atrium.gateway.SendWindow;
import dev.atrium.room.Data;
import dev.atrium.room.Membership;
import dev.atrium.room.PublishResult;
import dev.atrium.room.RoomId;
import dev.atrium.session.Session;
import dev.atrium.transport.engineio.EngineSocket;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Event handling in namespaces without handlers of the application: {@code join}, {@code leave}, {@code send} and
 * {@code sendVolatile}; any other event is relayed to the rooms that its sender has joined. On the session's event loop.
 *
 * @param relay whether other events are relayed; if not, they are rejected with 404
 */
record RoomEvents(Gateway gateway, EngineSocket socket, Session session, SendWindow window, boolean relay) {

    /** @throws ErrorReply if the arguments are not those of the event; the client is not charged yet */
    void handle(String name, Arguments arguments, Cost cost, Ack ack) {
        switch (name) {
            case "join" -> join(room(arguments), cost, ack);
            case "leave" -> leave(room(arguments), cost, ack);
            case "send" -> send(arguments, cost, ack);
            case "sendVolatile" -> sendVolatile(arguments, cost, ack);
            default -> relay(name, arguments, cost, ack);
        }
    }

    private void join(RoomId room, Cost cost, Ack ack) {
        socket.await(gateway.execute(session, cost, new Command.Join(room, false, null)),
                joined -> {
                    ack.ok(json -> ReplyJson.writeFields(joined, json));
                    joined.membership().follow();
                }, ack::refused);
    }

    private void leave(RoomId room, Cost cost, Ack ack) {
        socket.await(gateway.execute(session, cost, new Command.Leave(room)),
                left -> ack.ok(json -> json.writeStringField("room", room.name())), ack::refused);
    }

    private void send(Arguments arguments, Cost cost, Ack ack) {
        publish(new Command.Publish(room(arguments), event(arguments), arguments.from(3), true, null), cost,
                result -> ack.ok(json -> ReplyJson.writeFields(result, json)), ack);
    }

    private void sendVolatile(Arguments arguments, Cost cost, Ack ack) {
        Command.PublishVolatile publish = new Command.PublishVolatile(room(arguments), event(arguments), arguments.from(3),
                true, null);
        window.submit(gateway.execute(session, cost, publish), done -> ack.ok(json -> {
        }), ack::refused);
    }

    private static String event(Arguments arguments) {
        String event = arguments.text(2);
        if (event == null) {
            throw ErrorReply.badRequest("event: expected the name of an event after the room");
        }
        return event;
    }

    /** Publishes an event as one message per room, because each has its own order. It is charged as all, or not sent. */
    private void relay(String event, Arguments arguments, Cost cost, Ack ack) {
        if (!relay) {
            throw new ErrorReply(404, "event: expected join, leave, send or sendVolatile");
        }
        List<RoomId> rooms = rooms();
        Data data = arguments.from(1);
        Cost all = new Cost(rooms.size(), cost.bytes() + (long) (rooms.size() - 1) * data.size());
        ErrorReply exceeded = gateway.chargePublish(session, all);
        if (exceeded != null) {
            ack.refused(exceeded);
            return;
        }
        Map<RoomId, PublishResult> results = new LinkedHashMap<>();
        for (RoomId room : rooms) {
            publish(new Command.Publish(room, event, data, true, null), Cost.NONE, result -> {
                results.put(room, result);
                if (results.size() == rooms.size()) {
                    ack.ok(json -> ReplyJson.writeRooms(results, json));
                }
            }, ack);
        }
    }

    /** Returns the rooms that the client has joined; its whole namespace if it has joined none. */
    private List<RoomId> rooms() {
        List<RoomId> rooms = session.memberships().stream().map(Membership::room).filter(RoomId::isNamed).toList();
        return rooms.isEmpty() ? List.of(RoomId.everyone(session.namespace())) : rooms;
    }

    private void publish(Command.Publish publish, Cost cost, Consumer<PublishResult> published, Ack ack) {
        window.submit(gateway.execute(session, cost, publish), published, ack::refused);
    }

    private RoomId room(Arguments arguments) {
        String name = arguments.text(1);
        if (name == null) {
            throw ErrorReply.badRequest("room: expected a string");
        }
        return Gateway.room(session.namespace(), name);
    }
}
