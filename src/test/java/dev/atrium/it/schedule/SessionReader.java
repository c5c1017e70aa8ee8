package dev.atrium.it.schedule;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.atrium.it.Door;
import java.net.URI;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Speaks the session protocol; goes on by its resume token or by joining its rooms with {@code since}, as the dice fall. */
final class SessionReader extends Reader {

    private static final int RESUME = 1;
    private static final int FIRST_JOIN = 2;

    private final List<String> rooms;
    private String token;

    SessionReader(String name, Collection<String> rooms, Surroundings surroundings, Random random) {
        super(name, rooms, surroundings, random);
        this.rooms = List.copyOf(rooms);
    }

    @Override
    Connection connection(Door door, boolean dice) {
        return new Socket(door.ws("/ws"), dice);
    }

    private final class Socket implements Connection, WebSocket.Listener {

        private final StringBuilder text = new StringBuilder();
        private final URI url;
        private final boolean resuming;
        private volatile boolean aborted;
        private volatile WebSocket socket;
        private CompletableFuture<?> sending = CompletableFuture.completedFuture(null);
        private String newToken;

        Socket(URI url, boolean resuming) {
            this.url = url;
            this.resuming = resuming;
        }

        @Override
        public void begin() {
            HTTP.newWebSocketBuilder().connectTimeout(Duration.ofSeconds(5)).subprotocols("atrium.v1").buildAsync(url, this)
                    .whenCompleteAsync((opened, failure) -> {
                        if (failure != null) {
                            lost(this);
                        }
                    });
        }

        @Override
        public void abort() {
            aborted = true;
            if (socket != null) {
                socket.abort();
            }
        }

        @Override
        public void onOpen(WebSocket opened) {
            socket = opened;
            if (aborted) {
                opened.abort();
            } else {
                opened.request(1);
            }
        }

        @Override
        public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                String frame = text.toString();
                text.setLength(0);
                on(this, () -> handle(Json.parse(frame)));
            }
            webSocket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket webSocket, int statusCode, String reason) {
            lost(this);
            return null;
        }

        @Override
        public void onError(WebSocket webSocket, Throwable error) {
            lost(this);
        }

        private void handle(JsonNode frame) {
            if (frame.has("code")) {
                reply(frame);
                return;
            }
            switch (frame.path("event").asText()) {
                case "@welcome" -> welcome(frame.path("data"));
                case "@gap" -> log(frame).broken(frame.at("/data/epoch").asText(), frame.at("/data/offset").asLong());
                case "message" -> log(frame).message(frame.path("epoch").asText(), frame.path("offset").asLong(),
                        frame.path("data").asText());
                default -> {
                    // @goodbye: the close follows.
                }
            }
        }

        private void welcome(JsonNode data) {
            newToken = data.path("resume").asText();
            if (resuming && token != null) {
                ObjectNode params = Json.object().put("token", token);
                ObjectNode places = params.putObject("places");
                logs.forEach((room, log) -> {
                    if (log.hasPlace()) {
                        places.putObject(room).put("epoch", log.epoch()).put("offset", log.offset());
                    }
                });
                send(RESUME, "resume", params);
            } else {
                joinAll(rooms);
            }
        }

        private void joinAll(List<String> names) {
            token = newToken;
            for (String room : names) {
                ObjectNode params = Json.object().put("room", room);
                ReaderLog log = logs.get(room);
                if (log.hasPlace()) {
                    params.putObject("since").put("epoch", log.epoch()).put("offset", log.offset());
                }
                send(FIRST_JOIN + rooms.indexOf(room), "join", params);
            }
        }

        private void reply(JsonNode reply) {
            int code = reply.path("code").asInt();
            boolean toResume = reply.path("seq").asInt() == RESUME;
            if (toResume && code == 410) {
                joinAll(rooms);
            } else if (code != 200) {
                lost(this);
            } else if (toResume) {
                resumed(reply.path("body"));
            } else {
                joined(reply.path("body"));
            }
        }

        private void resumed(JsonNode body) {
            newToken = body.path("resume").asText();
            List<String> missing = new ArrayList<>(rooms);
            for (JsonNode room : body.path("rooms")) {
                if (missing.remove(room.path("room").asText())) {
                    joined(room);
                }
            }
            // It was cut before it had joined all of them.
            joinAll(missing);
        }

        private void joined(JsonNode body) {
            logs.get(body.path("room").asText()).joined(body.path("epoch").asText(), body.path("offset").asLong(),
                    body.path("recovered").asBoolean());
        }

        private ReaderLog log(JsonNode push) {
            return logs.get(push.path("room").asText());
        }

        private void send(int seq, String cmd, ObjectNode params) {
            String command = Json.object().put("seq", seq).put("cmd", cmd).set("params", params).toString();
            sending = sending.thenCompose(sent -> socket.sendText(command, true)).exceptionally(failure -> {
                lost(this);
                return null;
            });
        }
    }
}
