package dev.atrium.example;

import io.quarkus.websockets.next.OnTextMessage;
import io.quarkus.websockets.next.WebSocket;

/** An application's own endpoint, which repeats what it receives. */
@WebSocket(path = "/early")
public class EarlyEndpoint {

    @OnTextMessage
    String message(String text) {
        return text;
    }
}
