package dev.atrium.transport.websocket;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Encoder of JSON frames of the session protocol, without a tree. */
final class Json {

    static final JsonFactory FACTORY = new JsonFactory();

    private Json() {
    }

    /** Writer of one JSON value. */
    interface Value {
        void write(JsonGenerator json) throws IOException;
    }

    static byte[] textFrame(Value value) {
        return frame(Frames.TEXT, value, null);
    }

    static byte[] binaryFrame(Value value, byte[] bytes) {
        return frame(Frames.BINARY, value, bytes);
    }

    private static byte[] frame(int opcode, Value value, byte[] bytes) {
        try (ByteArrayBuilder out = new ByteArrayBuilder(256); JsonGenerator json = FACTORY.createGenerator(out)) {
            value.write(json);
            json.flush();
            if (bytes != null) {
                out.append('\n');
                out.write(bytes);
            }
            return Frames.of(opcode, out.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
