package dev.atrium.deployment;

import dev.atrium.application.HandlerDescription;
import dev.atrium.application.Namespace;
import dev.atrium.application.OnConnect;
import dev.atrium.application.OnDisconnect;
import dev.atrium.application.OnEvent;
import dev.atrium.gateway.PublicationRules;
import dev.atrium.room.InvalidNameException;
import dev.atrium.room.RoomId;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.enterprise.inject.spi.DeploymentException;
import java.lang.reflect.Modifier;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.jandex.AnnotationInstance;
import org.jboss.jandex.AnnotationValue;
import org.jboss.jandex.ClassInfo;
import org.jboss.jandex.DotName;
import org.jboss.jandex.IndexView;
import org.jboss.jandex.MethodInfo;
import org.jboss.jandex.Type;

/** Scanner that reads the application's handlers from the Jandex index. A mistake in one fails the build. */
final class HandlerScanner {

    static final DotName NAMESPACE = DotName.createSimple(Namespace.class);

    private static final DotName ON_CONNECT = DotName.createSimple(OnConnect.class);
    private static final DotName ON_EVENT = DotName.createSimple(OnEvent.class);
    private static final DotName ON_DISCONNECT = DotName.createSimple(OnDisconnect.class);
    private static final DotName BLOCKING = DotName.createSimple(Blocking.class);
    private static final DotName VIRTUAL = DotName.createSimple(RunOnVirtualThread.class);
    private static final DotName NON_BLOCKING = DotName.createSimple(NonBlocking.class);

    /** Event by which a client of Socket.IO shows a new token. */
    private static final String NEW_TOKEN = "@auth";

    /** JVM specification, table 4.6-A. */
    private static final int ACC_VARARGS = 0x80;
    private static final int ACC_SYNTHETIC = 0x1000;

    private final Map<String, String> owners = new HashMap<>();

    /** Not for a bridge of the compiler, which has the annotations of the method that it calls. */
    static boolean isHandler(MethodInfo method) {
        return (method.flags() & ACC_SYNTHETIC) == 0 && isAnnotated(method);
    }

    static boolean isAnnotated(MethodInfo method) {
        return method.hasDeclaredAnnotation(ON_CONNECT) || method.hasDeclaredAnnotation(ON_EVENT)
                || method.hasDeclaredAnnotation(ON_DISCONNECT);
    }

    /** @throws DeploymentException if no client can connect to the namespace, or another bean has the same one */
    String namespace(ClassInfo bean) {
        AnnotationValue value = bean.declaredAnnotation(NAMESPACE).value();
        String namespace = value == null ? "/" : value.asString();
        try {
            RoomId.everyone(namespace);
        } catch (InvalidNameException e) {
            throw new DeploymentException(bean.name() + ": @Namespace(\"" + namespace + "\"): " + e.getMessage());
        }
        claim("namespace " + namespace, bean.name().toString());
        return namespace;
    }

    /** @throws DeploymentException if the class inherits a handler, which would never be called */
    void requireNoInherited(ClassInfo bean, IndexView index) {
        requireNoInherited(bean, bean, index);
    }

    private void requireNoInherited(ClassInfo bean, ClassInfo child, IndexView index) {
        Stream.concat(Stream.ofNullable(child.superName()), child.interfaceNames().stream()).map(index::getClassByName)
                .filter(Objects::nonNull).forEach(parent -> {
                    for (MethodInfo method : parent.methods()) {
                        MethodInfo own = bean.method(method.name(), method.parameterTypes());
                        if (isHandler(method) && (own == null || !isAnnotated(own))) {
                            throw new DeploymentException(parent.name() + "." + method.name()
                                    + "(): a handler is declared in the class with @Namespace, and not inherited by "
                                    + bean.name());
                        }
                    }
                    requireNoInherited(bean, parent, index);
                });
    }

    /** @throws DeploymentException if a class with a namespace can be no bean: its handlers would never be called */
    static void requireBeans(IndexView index) {
        for (AnnotationInstance namespace : index.getAnnotations(NAMESPACE)) {
            ClassInfo type = namespace.target().asClass();
            boolean isInner = type.nestingType() != ClassInfo.NestingType.TOP_LEVEL && !Modifier.isStatic(type.flags());
            if (type.isAbstract() || isInner) {
                throw new DeploymentException(
                        type.name() + ": a class with @Namespace is a bean, and so neither abstract nor an inner class");
            }
        }
    }

    /** @throws DeploymentException if a class that can be a bean has handlers, but no namespace: they would never be called */
    static void requireNamespaces(IndexView index) {
        for (DotName annotation : List.of(ON_CONNECT, ON_EVENT, ON_DISCONNECT)) {
            for (AnnotationInstance handler : index.getAnnotations(annotation)) {
                ClassInfo type = handler.target().asMethod().declaringClass();
                boolean isBase = index.getAllKnownSubclasses(type.name()).stream()
                        .anyMatch(subclass -> subclass.hasDeclaredAnnotation(NAMESPACE));
                if (!type.isAbstract() && !isBase && !type.hasDeclaredAnnotation(NAMESPACE)) {
                    throw new DeploymentException(type.name() + "." + handler.target().asMethod().name()
                            + "(): a handler is declared in a class with @Namespace, and " + type.name() + " has none");
                }
            }
        }
    }

    /** @throws DeploymentException for a method that cannot be called, or if another method handles the same event */
    HandlerDescription describe(String namespace, MethodInfo method) {
        String where = method.declaringClass().name() + "." + method.name() + "()";
        if (Modifier.isPrivate(method.flags()) || Modifier.isStatic(method.flags())) {
            throw new DeploymentException(where + ": a handler is neither private nor static");
        }
        if (Stream.of(ON_CONNECT, ON_EVENT, ON_DISCONNECT).filter(method::hasDeclaredAnnotation).count() > 1) {
            throw new DeploymentException(where + ": a handler has one of @OnConnect, @OnEvent and @OnDisconnect");
        }
        AnnotationInstance event = method.declaredAnnotation(ON_EVENT);
        HandlerDescription.Kind kind = event != null ? HandlerDescription.Kind.EVENT
                : method.hasDeclaredAnnotation(ON_CONNECT) ? HandlerDescription.Kind.CONNECT
                        : HandlerDescription.Kind.DISCONNECT;
        String name = event == null ? "" : event.value().asString();
        if (PublicationRules.RESERVED_EVENTS.contains(name) || name.equals(NEW_TOKEN)) {
            throw new DeploymentException(where + ": @OnEvent(\"" + name + "\"): an event of that name never reaches a "
                    + "handler; @OnConnect and @OnDisconnect are called when a client comes and goes");
        }
        HandlerSignature.check(kind, method);
        claim(kind + " \"" + name + "\" of namespace " + namespace, where);
        return new HandlerDescription(namespace, kind, name, isBlocking(method), method.returnType().kind() == Type.Kind.VOID,
                (method.flags() & ACC_VARARGS) != 0, method.parameterTypes().stream().map(HandlerScanner::name).toList());
    }

    /** Fails if a namespace has a second bean, or an event a second handler. */
    private void claim(String subject, String owner) {
        String firstOwner = owners.putIfAbsent(subject, owner);
        if (firstOwner != null) {
            throw new DeploymentException(subject + ": claimed by " + firstOwner + " and by " + owner);
        }
    }

    private static boolean isBlocking(MethodInfo method) {
        return Stream.of(BLOCKING, VIRTUAL).anyMatch(method::hasDeclaredAnnotation)
                || !method.hasDeclaredAnnotation(NON_BLOCKING)
                        && Stream.of(BLOCKING, VIRTUAL).anyMatch(method.declaringClass()::hasDeclaredAnnotation);
    }

    /** Jackson's canonical name of a type: with type arguments, and the JVM's name for an array. */
    private static String name(Type type) {
        return switch (type.kind()) {
            case PARAMETERIZED_TYPE -> type.name() + type.asParameterizedType().arguments().stream().map(HandlerScanner::name)
                    .collect(Collectors.joining(",", "<", ">"));
            case WILDCARD_TYPE -> name(type.asWildcardType().extendsBound());
            case ARRAY, CLASS, PRIMITIVE -> type.name().toString();
            default -> Object.class.getName();
        };
    }
}
