package com.example;

import dev.atrium.application.Rooms;
import io.quarkus.websockets.next.OnOpen;
import io.quarkus.websockets.next.OnTextMessage;
import io.quarkus.websockets.next.WebSocket;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;

/** A WebSocket endpoint of the application's own. Its connections are in a room, and their messages are published there. */
@WebSocket(path = "/support/{user}")
public class SupportEndpoint {

    @Inject
    Rooms rooms;

    @OnOpen
    Uni<Void> open(WebSocketConnection connection) {
        return rooms.join(connection, "support", connection.pathParam("user"));
    }

    @OnTextMessage
    Uni<Void> message(String text, WebSocketConnection connection) {
        return rooms.publish(connection, "support", text.toUpperCase()).replaceWithVoid();
    }
}
