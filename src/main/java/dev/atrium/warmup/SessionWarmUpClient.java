package dev.atrium.warmup;

import java.io.IOException;
import java.net.Socket;

/**
 * Client of the session protocol. Every other connection resumes the session of the previous one, which was cut: most clients
 * that connect to a fresh replica have had a session on another one.
 */
final class SessionWarmUpClient extends WarmUpClient {

    private static final byte[] HANDSHAKE = handshake("/ws");
    private static final byte[] JOIN = text("{\"seq\":1,\"cmd\":\"join\",\"params\":{\"room\":\"warm-up\"}}");
    private static final byte[] SEND = text(
            "{\"seq\":2,\"cmd\":\"send\",\"params\":{\"room\":\"warm-up\",\"data\":{\"text\":\"hello\"}}}");
    private static final String SENT = "\"seq\":2,";

    private String token;
    private String position;

    @Override
    void runConnection(Socket socket) throws IOException {
        socket.getOutputStream().write(HANDSHAKE);
        String welcome = readUntil(socket, "\"places\"");
        if (token == null) {
            socket.getOutputStream().write(JOIN);
            send(socket);
            token = field(welcome, "\"resume\":\"", '"');
            cut(socket);
        } else {
            socket.getOutputStream().write(text("{\"seq\":1,\"cmd\":\"resume\",\"params\":{\"token\":\"" + token
                    + "\",\"places\":{\"warm-up\":" + position + "}}}"));
            token = null;
            send(socket);
            close(socket);
        }
    }

    @Override
    void forget() {
        // Whether the token was used is not known.
        token = null;
    }

    private void send(Socket socket) throws IOException {
        socket.getOutputStream().write(SEND);
        String sent = readUntil(socket, SENT);
        if (sent.indexOf('}', sent.indexOf(SENT)) < 0) {
            sent += readUntil(socket, "}");
        }
        String reply = sent.substring(sent.indexOf(SENT));
        position = "{\"epoch\":\"" + field(reply, "\"epoch\":\"", '"') + "\",\"offset\":" + field(reply, "\"offset\":", ',')
                + "}";
    }

    private static String field(String json, String before, char after) {
        int start = json.indexOf(before) + before.length();
        return json.substring(start, json.indexOf(after, start));
    }
}
