//! The simulated AWS: request -> authorize -> operation -> response, one folder a service, all alike.
