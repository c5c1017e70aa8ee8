package dev.atrium.transport.socketio;

import dev.atrium.gateway.Command;
import dev.atrium.gateway.ErrorReply;
import dev.atrium.gateway.Gateway;
import dev.atrium.gateway.ReplyJson;
import dev.atrium.gateway.SendWindow;
import dev.atrium.room.Data;
import dev.atrium.room.Membership;
import dev.atrium.room.PublishResult;
import dev.atrium.room.RoomId;
import dev.atrium.session.Session;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Event handling in namespaces without handlers of the application: {@code join}, {@code leave} and {@code send}; any other
 * event is relayed to the rooms that its sender has joined.
 */
final class RoomEvents {

    private final Gateway gateway;
    private final NamespaceSocket socket;
    private final boolean relay;
    private final SendWindow window;

    RoomEvents(Gateway gateway, NamespaceSocket socket, SendWindow window, boolean relay) {
        this.gateway = gateway;
        this.socket = socket;
        this.relay = relay;
        this.window = window;
    }

    void handle(String name, Arguments arguments, Ack ack) {
        try {
            switch (name) {
                case "join" -> join(room(arguments), ack);
                case "leave" -> leave(room(arguments), ack);
                case "send" -> send(arguments, ack);
                default -> relay(name, arguments, ack);
            }
        } catch (ErrorReply error) {
            ack.refused(error);
        }
    }

    private void join(RoomId room, Ack ack) {
        socket.socket().await(gateway.execute(session(), new Command.Join(room, false, null)),
                joined -> {
                    ack.ok(json -> ReplyJson.writeFields(joined, json));
                    joined.membership().follow();
                },
                failure -> ack.refused(ErrorReply.of(failure)));
    }

    private void leave(RoomId room, Ack ack) {
        socket.socket().await(gateway.execute(session(), new Command.Leave(room)),
                left -> ack.ok(json -> json.writeStringField("room", room.name())),
                failure -> ack.refused(ErrorReply.of(failure)));
    }

    private void send(Arguments arguments, Ack ack) {
        RoomId room = room(arguments);
        String event = arguments.text(2);
        if (event == null) {
            throw ErrorReply.badRequest("event: expected the name of an event after the room");
        }
        say(room, event, arguments.from(3),
                result -> ack.ok(json -> ReplyJson.writeFields(result, json)), ack::refused);
    }

    /** Publishes an event as one message per room, because each room has its own order. */
    private void relay(String event, Arguments arguments, Ack ack) {
        if (!relay) {
            throw new ErrorReply(404, "event: expected join, leave or send");
        }
        List<RoomId> rooms = new ArrayList<>();
        for (Membership membership : session().memberships()) {
            RoomId room = membership.room();
            if (room.isNamed()) {
                rooms.add(room);
            }
        }
        if (rooms.isEmpty()) {
            rooms.add(socket.everyone());
        }
        Data data = arguments.from(1);
        // The event was charged once, and is published once per room.
        gateway.charge(session(), rooms.size() - 1, (long) (rooms.size() - 1) * data.size());
        Map<RoomId, PublishResult> results = new LinkedHashMap<>();
        for (RoomId room : rooms) {
            say(room, event, data, result -> {
                results.put(room, result);
                if (results.size() == rooms.size()) {
                    ack.ok(json -> ReplyJson.writeRooms(results, json));
                }
            }, ack::refused);
        }
    }

    private void say(RoomId room, String event, Data data, Consumer<PublishResult> taken, Consumer<ErrorReply> refused) {
        window.submit(gateway.execute(session(), new Command.Publish(room, event, data, true, null)), taken, refused);
    }

    private RoomId room(Arguments arguments) {
        String name = arguments.text(1);
        if (name == null) {
            throw ErrorReply.badRequest("room: expected a string");
        }
        return Gateway.room(session().namespace(), name);
    }

    private Session session() {
        return socket.session();
    }
}
