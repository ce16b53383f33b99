"""What learners say after a course, without names."""
