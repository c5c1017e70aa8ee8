package dev.atrium.it;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/** Client of the session protocol that sends commands and finds their replies. */
public final class SessionClient extends SocketClient {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final AtomicInteger seq = new AtomicInteger(100);
    private final List<JsonNode> parsed = new ArrayList<>();
    private JsonNode welcome;

    private SessionClient(URI uri) {
        super(uri, "atrium.v1");
    }

    /** Connects and reads {@code @welcome}. */
    public static SessionClient connect(URI uri) {
        SessionClient client = new SessionClient(uri);
        client.welcome = json(client.await(1).get(0)).path("data");
        return client;
    }

    public String id() {
        return welcome.path("id").asText();
    }

    /** Data of {@code @welcome}. */
    public JsonNode welcome() {
        return welcome;
    }

    /** Epoch that a room had when this client joined it. */
    public String epochOf(String room) {
        return replies().stream().map(reply -> reply.path("body")).filter(body -> body.path("room").asText().equals(room))
                .map(body -> body.path("epoch").asText()).filter(epoch -> !epoch.isEmpty()).findFirst().orElseThrow();
    }

    /** Sends a command and waits for its reply. */
    public JsonNode call(String cmd, String params) {
        return reply(send(cmd, params));
    }

    /** Sends a command and returns its seq. */
    public int send(String cmd, String params) {
        int number = seq.incrementAndGet();
        text("{\"seq\":" + number + ",\"cmd\":\"" + cmd + "\",\"params\":" + params + "}");
        return number;
    }

    public JsonNode join(String room) {
        return call("join", "{\"room\":\"" + room + "\"}");
    }

    /** Waits for the reply to a command. */
    public JsonNode reply(int number) {
        await().until(() -> replies().stream().anyMatch(reply -> reply.path("seq").asInt(-1) == number));
        return replies().stream().filter(reply -> reply.path("seq").asInt(-1) == number).findFirst().orElseThrow();
    }

    /** Received pushes of an event, in order; of binary messages the JSON line. */
    public List<JsonNode> pushes(String event) {
        return frames().stream().filter(frame -> frame.path("event").asText().equals(event)).collect(Collectors.toList());
    }

    /** Waits for a number of pushes of an event. */
    public List<JsonNode> pushes(String event, int count) {
        await().until(() -> pushes(event).size() >= count);
        return pushes(event);
    }

    public List<JsonNode> replies() {
        return frames().stream().filter(frame -> frame.has("code")).collect(Collectors.toList());
    }

    /** Parsed frames. Each frame is parsed only once, because tests poll this list. */
    private synchronized List<JsonNode> frames() {
        List<String> received = received();
        for (int i = parsed.size(); i < received.size(); i++) {
            parsed.add(json(received.get(i)));
        }
        return List.copyOf(parsed);
    }

    static JsonNode json(String frame) {
        try {
            return JSON.readTree(frame.startsWith("0x") ? line(frame) : frame);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(frame, e);
        }
    }

    private static String line(String hex) {
        String text = new String(HexFormat.of().parseHex(hex.substring(2)), StandardCharsets.ISO_8859_1);
        return text.substring(0, text.indexOf('\n'));
    }
}
