package dev.atrium.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.gateway.JsonAnswer;
import dev.atrium.gateway.MemberPage;
import dev.atrium.ice.IceServers;
import dev.atrium.transport.admission.Problem;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Names and values in the answers of resources. */
class AnswerNamesTest {

    static Stream<Arguments> answers() {
        return Stream.of(
                Arguments.of(new RoomsResource.RoomList(List.of(new RoomsResource.RoomList.Entry("a")), null, 7),
                        "{'rooms':[{'room':'a'}],'maxPayload':7}"),
                Arguments.of(new RoomsResource.State("a", 0, "e", 0), "{'room':'a','members':0,'epoch':'e','offset':0}"),
                Arguments.of(new RoomsResource.State("a", null, "", 0), "{'room':'a','epoch':'','offset':0}"),
                Arguments.of(new RoomsResource.Members(List.of(new RoomsResource.Members.Entry("i", "ann", 0)), null),
                        "{'members':[{'id':'i','user':'ann','since':0}]}"),
                Arguments.of(new MemberPage<>(List.of(new MemberPage.User("ann", 0, List.of("i"))), null),
                        "{'members':[{'user':'ann','since':0,'sessions':['i']}]}"),
                Arguments.of(new RoomsResource.Published("e", 1, 0), "{'epoch':'e','offset':1,'at':0}"),
                Arguments.of(new UserResource.Ended(0), "{'ended':0}"),
                Arguments.of(new IceServers.Answer(List.of(new IceServers.Server(List.of("u"), null, null)), 0),
                        "{'iceServers':[{'urls':['u']}],'ttl':0}"),
                Arguments.of(new Problem(404, "t", "d"), "{'status':404,'title':'t','detail':'d'}"));
    }

    @ParameterizedTest
    @MethodSource("answers")
    void an_answer_has_the_names_and_values_of_the_protocol(JsonAnswer answer, String json) {
        assertThat(new String(answer.json(), StandardCharsets.UTF_8)).isEqualTo(json.replace('\'', '"'));
    }
}
