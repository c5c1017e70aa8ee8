package com.example;

import dev.atrium.application.Namespace;
import dev.atrium.application.OnEvent;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.RequestScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Handlers in a bean of the request. */
@RequestScoped
@Namespace("/desk")
public class Desk {

    /** Argument and result, as Quarkus reads and writes them. */
    public record Appointment(Instant at) {
    }

    private final Visits visits;

    Desk(Visits visits) {
        this.visits = visits;
    }

    @OnEvent("visit")
    Uni<String> visit() {
        int first = visits.next();
        return Uni.createFrom().item(first).onItem().delayIt().by(Duration.ofMillis(10))
                .map(ignored -> "visits " + first + " " + visits.next());
    }

    @OnEvent("book")
    CompletionStage<Appointment> book(Appointment appointment) {
        return CompletableFuture.completedFuture(appointment);
    }
}
