package dev.atrium.deployment;

import dev.atrium.application.Client;
import dev.atrium.application.HandlerDescription.Kind;
import dev.atrium.session.CloseReason;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.DenyAll;
import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.inject.spi.DeploymentException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jboss.jandex.DotName;
import org.jboss.jandex.MethodInfo;
import org.jboss.jandex.Type;

/** Check of what a handler returns and is called with: a mistake would be silent, or the client's fault, at run time. */
final class HandlerSignature {

    private static final DotName CLIENT = DotName.createSimple(Client.class);
    private static final DotName REASON = DotName.createSimple(CloseReason.class);

    /** Results that complete later. */
    private static final Set<DotName> ASYNCHRONOUS = names(Uni.class, CompletionStage.class, CompletableFuture.class);

    /** Results that are not waited for, or of which there could be several. */
    private static final Set<DotName> NO_RESULTS = names(Multi.class, Flow.Publisher.class, Future.class, Stream.class,
            io.vertx.core.Future.class);

    /** Annotations that check the identity of a request of Quarkus, which the client of a handler does not have. */
    private static final List<DotName> IDENTITY = List.of(DotName.createSimple(RolesAllowed.class),
            DotName.createSimple(DenyAll.class), DotName.createSimple("io.quarkus.security.Authenticated"),
            DotName.createSimple("io.quarkus.security.PermissionsAllowed"));

    private HandlerSignature() {
    }

    /** @throws DeploymentException naming the method and what is expected */
    static void check(Kind kind, MethodInfo method) {
        Type result = method.returnType();
        if (NO_RESULTS.contains(result.name())) {
            fail(method, "expected a value, a Uni or a CompletionStage as the result, got " + result);
        }
        if (kind != Kind.EVENT && !completes(result)) {
            fail(method,
                    "expected void, or a Uni or a CompletionStage of no Boolean, as the result of @OnConnect and @OnDisconnect, got "
                            + result
                            + "; a RefusedException rejects a client");
        }
        checkParameters(kind, method);
        for (DotName annotation : IDENTITY) {
            if (method.hasDeclaredAnnotation(annotation) || method.declaringClass().hasDeclaredAnnotation(annotation)) {
                fail(method, "expected no @" + annotation.withoutPackagePrefix()
                        + ": clients of Atrium have no SecurityIdentity of Quarkus; check client.user()");
            }
        }
    }

    /** Returns whether a result only tells when a handler is done. A boolean would be no answer: everyone would be let in. */
    private static boolean completes(Type result) {
        return result.kind() == Type.Kind.VOID || ASYNCHRONOUS.contains(result.name())
                && !(result.kind() == Type.Kind.PARAMETERIZED_TYPE
                        && result.asParameterizedType().arguments().get(0).name().equals(DotName.BOOLEAN_CLASS_NAME));
    }

    private static void checkParameters(Kind kind, MethodInfo method) {
        int arguments = 0;
        for (Type type : method.parameterTypes()) {
            if (type.name().equals(REASON) && kind != Kind.DISCONNECT) {
                fail(method, "expected no CloseReason, which @OnDisconnect alone has");
            }
            if (!type.name().equals(CLIENT) && !type.name().equals(REASON)) {
                arguments++;
            }
        }
        if (kind == Kind.CONNECT && arguments > 1) {
            fail(method, "expected the Client and one parameter for auth");
        }
        if (kind == Kind.DISCONNECT && arguments > 0) {
            fail(method, "expected no parameters but the Client and the CloseReason");
        }
    }

    private static void fail(MethodInfo method, String problem) {
        throw new DeploymentException(method.declaringClass().name() + "." + method.name() + "(): " + problem);
    }

    private static Set<DotName> names(Class<?>... types) {
        return Set.copyOf(Stream.of(types).map(DotName::createSimple).toList());
    }
}
