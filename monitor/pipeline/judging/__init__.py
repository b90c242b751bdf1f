"""What came in: put in order before it is read, grouped into stories, judged for each topic, and explained."""
