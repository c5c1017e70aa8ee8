package dev.atrium.file;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.atrium.gateway.Json;
import dev.atrium.room.RoomId;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Files as JSON, for replies and events. Pure. */
public final class FileJson {

    private FileJson() {
    }

    /** Data of the event {@code @file}. */
    static String data(StoredFile file) {
        return Json.text(json -> {
            json.writeStartObject();
            writeFields(file, json);
            json.writeEndObject();
        });
    }

    public static void writeFields(StoredFile file, JsonGenerator json) throws IOException {
        json.writeStringField("id", file.id());
        writeDescription(file, json);
        json.writeStringField("url", url(file));
    }

    /** Writes an upload, complete or not, with its missing chunks. */
    public static void writeFields(Transfer transfer, JsonGenerator json) throws IOException {
        StoredFile file = transfer.file();
        json.writeStringField("file", file.id());
        writeDescription(file, json);
        json.writeNumberField("chunk", file.chunk());
        writeMissing(transfer.missing(), json);
    }

    /** Writes ranges as pairs of the first and the last chunk. */
    public static void writeMissing(List<ChunkRange> missing, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("missing");
        for (ChunkRange range : missing) {
            json.writeStartArray();
            json.writeNumber(range.first());
            json.writeNumber(range.last());
            json.writeEndArray();
        }
        json.writeEndArray();
    }

    private static void writeDescription(StoredFile file, JsonGenerator json) throws IOException {
        json.writeStringField("name", file.name());
        json.writeNumberField("size", file.size());
        json.writeStringField("type", file.type());
        if (file.sha256() != null) {
            json.writeStringField("sha256", file.sha256());
        }
    }

    private static String url(StoredFile file) {
        String url = "/rooms/" + encoded(file.room()) + "/files/" + file.id();
        return file.namespace().equals(RoomId.DEFAULT_NAMESPACE) ? url : url + "?ns=" + encoded(file.namespace());
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
