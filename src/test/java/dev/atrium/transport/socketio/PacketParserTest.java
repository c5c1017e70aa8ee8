package dev.atrium.transport.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atrium.transport.socketio.Packet.Type;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Parser of Socket.IO packets: the examples of the protocol's document, and similar packets. */
class PacketParserTest {

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', nullValues = "-", value = {
            "0                       | CONNECT       | /       | -  | ''",
            "0{\"token\":\"123\"}    | CONNECT       | /       | -  | {\"token\":\"123\"}",
            "0/admin,                | CONNECT       | /admin  | -  | ''",
            "0/admin                 | CONNECT       | /admin  | -  | ''",
            "0/,                     | CONNECT       | /       | -  | ''",
            "0/admin?x=1,{}          | CONNECT       | /admin?x=1 | - | {}",
            "1/admin,                | DISCONNECT    | /admin  | -  | ''",
            "2[\"foo\"]              | EVENT         | /       | -  | [\"foo\"]",
            "2/admin,[\"bar\"]       | EVENT         | /admin  | -  | [\"bar\"]",
            "212[\"foo\"]            | EVENT         | /       | 12 | [\"foo\"]",
            "2/admin,13[\"bar\"]     | EVENT         | /admin  | 13 | [\"bar\"]",
            "3/admin,13[\"bar\"]     | ACK           | /admin  | 13 | [\"bar\"]",
            "4{\"message\":\"No\"}   | CONNECT_ERROR | /       | -  | {\"message\":\"No\"}",
            "2-1[\"x\"]              | EVENT         | /       | -  | -1[\"x\"]",
            "21.5[\"x\"]             | EVENT         | /       | 1  | .5[\"x\"]",
    })
    void a_packet_is_read_by_its_parts(String text, Type type, String namespace, String id, String payload) {
        assertThat(PacketParser.parse(text, 10)).isEqualTo(new Packet(type, namespace, id, payload, 0));
    }

    @Test
    void a_binary_packet_counts_the_attachments_that_follow() {
        assertThat(PacketParser.parse("52-/admin,7[\"baz\",{\"_placeholder\":true,\"num\":0}]", 10))
                .isEqualTo(new Packet(Type.BINARY_EVENT, "/admin", "7", "[\"baz\",{\"_placeholder\":true,\"num\":0}]", 2));
        assertThat(PacketParser.parse("61-15[\"bar\"]", 10))
                .isEqualTo(new Packet(Type.BINARY_ACK, "/", "15", "[\"bar\"]", 1));
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "7", "x", "5[\"a\"]", "5-[\"a\"]", "50-[\"a\"]", "511-[\"a\"]", "599999999999-[]", "5a-[]",
            "51",
            "2123456789012345678901[\"a\"]" })
    void anything_else_is_none(String text) {
        assertThatThrownBy(() -> PacketParser.parse(text, 10)).isInstanceOf(MalformedPacketException.class);
    }

    @Test
    void an_id_may_have_twenty_digits_and_there_may_be_as_many_attachments_as_the_limit() {
        assertThat(PacketParser.parse("212345678901234567890[]", 10).id()).isEqualTo("12345678901234567890");
        assertThat(PacketParser.parse("510-[]", 10).attachments()).isEqualTo(10);
        assertThat(PacketParser.parse("5999-[]", 1000).attachments()).isEqualTo(999);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "8 | unknown packet type",
            "/ | unknown packet type",
            "51000-[] | expected a number of attachments",
            "5[] | expected a number of attachments",
            "50-[] | expected 1 to 10 attachments",
            "611-[] | expected 1 to 10 attachments",
            "2123456789012345678901[] | the id is too long",
    })
    void a_malformed_packet_is_reported_with_its_fault(String text, String message) {
        assertThatThrownBy(() -> PacketParser.parse(text, 10)).isInstanceOf(MalformedPacketException.class).hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource({ "CONNECT, false", "DISCONNECT, false", "EVENT, false", "ACK, false", "CONNECT_ERROR, false",
            "BINARY_EVENT, true", "BINARY_ACK, true" })
    void only_binary_packets_wait_for_attachments(Type type, boolean binary) {
        assertThat(new Packet(type, "/", null, "", 0).type().isBinary()).isEqualTo(binary);
    }
}
