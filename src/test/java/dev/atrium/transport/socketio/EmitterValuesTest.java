package dev.atrium.transport.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.atrium.application.Values;
import dev.atrium.room.Data;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.msgpack.core.MessageBufferPacker;
import org.msgpack.core.MessagePack;
import org.msgpack.jackson.dataformat.MessagePackFactory;

/** Values of MessagePack that JSON does not have. */
class EmitterValuesTest {

    private static final ObjectMapper PACKED = new ObjectMapper(new MessagePackFactory());

    private final MessageBufferPacker packer = MessagePack.newDefaultBufferPacker();

    @ParameterizedTest
    @ValueSource(strings = { "2026-11-30T02:03:04.567Z", "1969-12-31T23:59:59.999Z", "2200-01-01T00:00:00.000Z",
            "1970-01-01T00:00:00.000Z" })
    void a_date_is_what_json_stringify_makes_of_it(String date) throws IOException {
        packer.packArrayHeader(3).packTimestamp(Instant.parse(date));
        packer.packExtensionTypeHeader((byte) 0, 8).addPayload(
                ByteBuffer.allocate(8).putLong(Instant.parse(date).toEpochMilli()).array());
        packer.packMapHeader(1).packString("at").packTimestamp(Instant.parse(date));
        assertThat(json()).hasToString("[\"" + date + "\",\"" + date + "\",{\"at\":\"" + date + "\"}]");
    }

    @Test
    void what_is_undefined_is_null_in_an_array_and_left_out_of_an_object() throws IOException {
        packer.packArrayHeader(2);
        undefined();
        packer.packMapHeader(3).packString("a").packInt(1).packString("b");
        undefined();
        packer.packString("c").packNil();
        assertThat(json()).hasToString("[null,{\"a\":1,\"c\":null}]");
    }

    @Test
    void a_number_that_is_none_is_null_as_json_stringify_writes_it() throws IOException {
        packer.packArrayHeader(4).packDouble(Double.NaN).packDouble(Double.POSITIVE_INFINITY)
                .packFloat(Float.NEGATIVE_INFINITY);
        packer.packMapHeader(2).packString("a").packDouble(Double.NaN).packString("b").packDouble(1.5);
        assertThat(Values.toData(json())).isEqualTo(new Data.Json("[null,null,null,{\"a\":null,\"b\":1.5}]"));
    }

    @Test
    void a_date_that_is_none_and_an_unknown_extension_are_null() throws IOException {
        packer.packArrayHeader(3);
        packer.packExtensionTypeHeader((byte) -1, 3).addPayload(new byte[3]);
        packer.packExtensionTypeHeader((byte) -1, 12).addPayload(new byte[] { 0, 0, 0, 0, 127, -1, -1, -1, -1, -1, -1, -1 });
        packer.packExtensionTypeHeader((byte) 5, 2).addPayload(new byte[2]);
        assertThat(json()).hasToString("[null,null,null]");
    }

    private void undefined() throws IOException {
        packer.packExtensionTypeHeader((byte) 0, 1).addPayload(new byte[1]);
    }

    private JsonNode json() throws IOException {
        return EmitterValues.json(PACKED.readTree(packer.toByteArray()));
    }
}
