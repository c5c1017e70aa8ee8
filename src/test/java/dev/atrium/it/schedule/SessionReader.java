package dev.atrium.it.schedule;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.atrium.it.fixture.Door;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;

/** Reader over the session protocol; at random it resumes by its token, or joins its rooms with {@code since}. */
final class SessionReader extends Reader {

    private static final int RESUME = 1;
    private static final int FIRST_JOIN = 2;

    private final List<String> rooms;
    private String token;
    private volatile String id;

    SessionReader(String name, Collection<String> rooms, ReaderContext context, Random random) {
        super(name, rooms, context, random);
        this.rooms = List.copyOf(rooms);
    }

    @Override
    Connection connection(Door door, boolean dice) {
        return new Socket(door.ws("/ws"), dice);
    }

    @Override
    String session() {
        return id;
    }

    private final class Socket implements Connection {

        private final TextSocket socket;
        private final boolean resuming;
        private String newToken;
        private String newId;

        Socket(URI url, boolean resuming) {
            this.socket = new TextSocket(url, "atrium.v1");
            this.resuming = resuming;
        }

        @Override
        public void begin() {
            socket.open(frame -> on(this, () -> handle(Json.parse(frame))), () -> lost(this));
        }

        @Override
        public void abort() {
            socket.abort();
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
            newId = data.path("id").asText();
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
            id = newId;
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
            newId = body.path("id").asText();
            List<String> missing = new ArrayList<>(rooms);
            for (JsonNode room : body.path("rooms")) {
                if (missing.remove(room.path("room").asText())) {
                    joined(room);
                }
            }
            // The connection was cut before it had joined all rooms.
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
            socket.send(Json.object().put("seq", seq).put("cmd", cmd).set("params", params).toString());
        }
    }
}
