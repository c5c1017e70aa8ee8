package com.example;

import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;

/** The resources of the application may block. */
@Blocking
@ApplicationPath("/")
public class ChatApplication extends Application {
}
